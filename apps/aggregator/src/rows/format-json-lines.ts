import { isUtf8 } from 'node:buffer'
import type { JobSpec, PinnedDataset } from '@millrace/job'
import type { ColumnType, Deciding } from '@millrace/predictions'
import { type BatchRows, type ResultFormat, textsOf } from './result-format.ts'
import { joinedColumns } from './joined-columns.ts'

/**
 * A result as JSON lines: one object a row. Numbers stand as the very digits that the endpoint sent; a
 * failed row has nulls. Columns of a CSV are strings, since nobody knows whether `007` is a number.
 *
 * Rows of a dataset that is JSON lines itself are joined as they are, byte for byte: the added
 * members come last in the row's own object. A row that is no object is the member `row` of one; if it is
 * no JSON either, which only a row without a prediction can be, as a string.
 */
export function createJsonLinesFormat(
  spec: JobSpec,
  dataset: PinnedDataset,
  deciding: Deciding,
): ResultFormat {
  const splices = spec.dataset.format === 'jsonl' && spec.output.join !== 'none'
  const joined = splices ? undefined : joinedColumns(spec, dataset, deciding)
  const members = memberWriter(deciding)
  const joinedNames = (joined?.names ?? []).map((name) => JSON.stringify(name))
  const noFields = joinedNames.map((name) => `${name}:null`)

  const joinedMembers = (input: BatchRows['input'], row: number): readonly string[] => {
    if (input === undefined || joined === undefined) return []
    const fields = joined.fieldsOf(input, row)
    if (fields === undefined) return noFields
    return fields.map((field, index) => `${joinedNames[index]}:${JSON.stringify(field)}`)
  }
  return {
    begin: () => NOTHING,
    rows: ({ lines, input }) => {
      const texts = textsOf(lines)
      if (splices && input !== undefined) return splicedRows(texts, input, members)
      const rows = texts.map((line, row) => {
        return `{${[...joinedMembers(input, row), members(line)].join(',')}}`
      })
      return Buffer.from(`${rows.join('\n')}\n`)
    },
    end: () => NOTHING,
  }
}

const NOTHING = Buffer.alloc(0)

/** The added members of a row, from its prediction. */
function memberWriter({ columns, fields }: Deciding): (prediction: string) => string {
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`)
  const none = keys.map((key) => `${key}null`).join(',')
  return (prediction) => {
    if (prediction === '') return none
    const texts = fields(prediction)
    return keys
      .map((key, index) => `${key}${valueOf(texts[index] ?? '', columns[index]?.type ?? 'text')}`)
      .join(',')
  }
}

/** `nan` and `inf` are no JSON; as strings they are told from a row without a prediction. */
function valueOf(text: string, type: ColumnType): string {
  if (type === 'text') return JSON.stringify(text)
  if (JSON_NUMBER.test(text)) return text
  return text === '' ? 'null' : JSON.stringify(text)
}

/** RFC 8259, section 6. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/

/** What is not UTF-8 is no JSON, but models take it: Latin-1 gives each of its bytes back as it was. */
function splicedRows(
  predictions: readonly string[],
  { bytes, offsets }: NonNullable<BatchRows['input']>,
  members: (prediction: string) => string,
): Buffer {
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1'
  const rows = predictions.map((line, row) => {
    const text = bytes.toString(encoding, offsets[row], offsets[row + 1]).trim()
    const added = encoding === 'utf8' ? members(line) : bytesOf(members(line))
    return splicedRow(text, added, line !== '')
  })
  return Buffer.from(`${rows.join('\n')}\n`, encoding)
}

/** A text whose characters are the bytes of the other. */
const bytesOf = (text: string): string => Buffer.from(text).toString('latin1')

/** Only JSON is sent to an endpoint, so a row that has a prediction needs no second look. */
function splicedRow(row: string, members: string, isPredicted: boolean): string {
  const isObject = row.startsWith('{') && row.endsWith('}') && (isPredicted || isJson(row))
  if (!isObject) return `{"row":${isJson(row) ? row : JSON.stringify(row)},${members}}`
  const body = row.slice(0, -1).trimEnd()
  return body === '{' ? `{${members}}` : `${body},${members}}`
}

function isJson(row: string): boolean {
  try {
    JSON.parse(row)
    return true
  } catch {
    return false
  }
}
