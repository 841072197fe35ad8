import { holdsTooManyValues, VALUES_MAX } from './count-values.ts'
import { decodeJson, decodeJsonLines } from './decode-json.ts'
import { decodeLines } from './decode-lines.ts'
import { decodeNpy } from './decode-npy.ts'
import { decodeRecordio } from './decode-recordio.ts'
import type { Decoded } from './decoded.ts'
import { type Answer, answerOfModel } from './explained-answer.ts'
import { parseResponse, type ResponseSetting } from './response-setting.ts'

/**
 * Reads the predictions of `rows` rows out of an answer.
 *
 * The number of rows sent settles what the body alone does not: `0.6,0.3` is two rows or one row of
 * two classes. A body that does not hold exactly `rows` predictions is malformed; rows never shift.
 *
 * @param response `auto`, or the job's setting; see `ResponseSetting`.
 */
export function decodePredictions(answer: Answer, rows: number, response: string): Decoded {
  if (holdsTooManyValues(answer.body)) {
    return { kind: 'malformed', reason: `more than ${VALUES_MAX} values for ${rows} rows` }
  }
  const setting = parseResponse(response)
  const { body, contentType } = isJson(answer) ? answerOfModel(answer, setting) : answer
  return DECODERS[formatOf(plainType(contentType), setting, body)](body, rows, setting)
}

const isJson = ({ contentType }: Answer): boolean => plainType(contentType) === 'application/json'

const plainType = (contentType: string): string =>
  (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()

const DECODERS = {
  json: decodeJson,
  json_lines: decodeJsonLines,
  npy: decodeNpy,
  recordio: decodeRecordio,
  text: decodeLines,
} as const

function formatOf(type: string, setting: ResponseSetting, body: Buffer): keyof typeof DECODERS {
  if (/json-?lines|ndjson|jsonl/.test(type)) return 'json_lines'
  if (type.includes('x-npy')) return 'npy'
  if (type.includes('recordio')) return 'recordio'
  if (type.includes('json') || setting.kind === 'json') return 'json'
  if (type.startsWith('text/')) return 'text'
  // Containers that name no type, or a wrong one, still begin JSON objects with a brace.
  return body[0] === 0x7b ? 'json' : 'text'
}
