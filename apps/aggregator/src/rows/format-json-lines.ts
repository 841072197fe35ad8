import { isUtf8 } from 'node:buffer'
import { type JobSpec, limits, type PinnedDataset } from '@millrace/job'
import { type ColumnType, type Deciding, numberOf } from '@millrace/predictions'
import { type BatchRows, type ResultFormat, textsOf } from './result-format.ts'
import { joinedColumns } from './joined-columns.ts'

/**
 * A result as JSON lines: one object a row. Numbers stand as the very digits that the endpoint sent, in the
 * grammar of JSON and without white space around them; a failed row has nulls. Columns of a CSV are strings, since nobody knows whether `007` is a number.
 *
 * Rows of a dataset that is JSON lines itself are joined as they are, byte for byte: the added
 * members come last in the row's own object. A row that is no object is the member `row` of one; if it is
 * no JSON either, which only a row without a prediction can be, as a string. So is one that is not UTF-8, which
 * is no JSON: what is written is UTF-8. And so is one that no payload has room for: to read 64 MiB of small values
 * takes a gigabyte.
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

  const joinedMembers = (rows: BatchRows, row: number): readonly string[] => {
    const fields = joined?.fieldsOf(rows, row)
    if (fields === undefined) return noFields
    return fields.map((field, index) => `${joinedNames[index]}:${JSON.stringify(field)}`)
  }
  return {
    begin: () => NOTHING,
    rows: (rows) => {
      const { lines, input } = rows
      const texts = textsOf(lines)
      if (splices && input !== undefined) return splicedRows(texts, input, members)
      const written = texts.map((line, row) => {
        return `{${[...joinedMembers(rows, row), members(line)].join(',')}}`
      })
      return Buffer.from(`${written.join('\n')}\n`)
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
      .map((key, index) => `${key}${valueOf(texts[index], columns[index]?.type ?? 'text')}`)
      .join(',')
  }
}

/** `nan` and `inf` are no JSON; as strings they are told from a row without a prediction. */
function valueOf(text: string | undefined, type: ColumnType): string {
  if (text === undefined) return 'null'
  if (type === 'text') return JSON.stringify(text)
  if (JSON_NUMBER.test(text)) return text
  if (text === '') return 'null' // An empty text among numbers is none.
  if (numberOf(text) === undefined) return JSON.stringify(text)
  const number = text.trim()
  return JSON_NUMBER.test(number) ? number : (respelled(number) ?? JSON.stringify(number))
}

/** RFC 8259, section 6. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/

/** A number as others write it too: `.5`, `1.`, `+1`, `007`. */
const DECIMAL = /^(?:\+|(-))?(?=\.?\d)0*(\d*)(?:\.(\d*))?([eE][-+]?\d+)?$/

/** The digits of a number in the grammar of JSON; nothing for another text. */
function respelled(text: string): string | undefined {
  const found = DECIMAL.exec(text)
  if (found === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = ''] = found
  return `${sign}${whole || '0'}${fraction && `.${fraction}`}${exponent}`
}

function splicedRows(
  predictions: readonly string[],
  { bytes, offsets }: NonNullable<BatchRows['input']>,
  members: (prediction: string) => string,
): Buffer {
  const rows = predictions.map((line, index) => {
    const row = bytes.subarray(offsets[index], offsets[index + 1])
    return splicedRow(row, members(line), line !== '')
  })
  return Buffer.from(`${rows.join('\n')}\n`)
}

/** Only JSON is sent to an endpoint, so a row that has a prediction needs no second look. */
function splicedRow(row: Buffer, members: string, isPredicted: boolean): string {
  const text = row.toString('utf8').trim()
  const isLaidOut = text.startsWith('{') && text.endsWith('}')
  if (!(isLaidOut && (isPredicted || isJson(row, text)))) {
    return `{"row":${isJson(row, text) ? text : JSON.stringify(text)},${members}}`
  }
  const body = text.slice(0, -1).trimEnd()
  return body === '{' ? `{${members}}` : `${body},${members}}`
}

function isJson(row: Buffer, text: string): boolean {
  if (row.length > limits.payloadBytesMax) return false
  try {
    JSON.parse(text)
    return isUtf8(row)
  } catch {
    return false
  }
}
