import { asRead, asSaid } from './as-read.ts'
import { choiceInTable } from './choice.ts'
import type { Decoded, Layout } from './decoded.ts'
import { isNumberText, scanNumberLines } from './number-lines.ts'
import type { ResponseSetting } from './response-setting.ts'

/** Reads a text answer: lines, one comma-separated line, or a table with a header. */
export function decodeLines(body: Buffer, rows: number, setting: ResponseSetting): Decoded {
  const end = contentEnd(body)
  // By far the most common answer is kept as it came, without a string for any row.
  if (mayBeLines(setting, rows) && scanNumberLines(body, end) === rows) {
    return { kind: 'decoded', predictions: body.subarray(0, end), layout: 'lines' }
  }
  const text = body.toString('latin1', 0, end)
  const lines = text === '' ? [] : text.split(/\r?\n/)
  if (setting.kind === 'json') return malformed('a CSV answer has no JSON path')
  if (setting.kind === 'label') return decodeLabels(lines, rows)
  if (setting.kind === 'csv') return decodeColumn(lines, rows, setting.column)
  return decodeAuto(lines, rows, setting.kind)
}

const mayBeLines = ({ kind }: ResponseSetting, rows: number): boolean =>
  kind === 'auto' || kind === 'lines' || (kind === 'one_line' && rows === 1)

/** Where the content ends: before one final newline. */
function contentEnd(body: Buffer): number {
  let end = body.length
  if (end > 0 && body[end - 1] === 0x0a) end--
  if (end > 0 && body[end - 1] === 0x0d) end--
  return end
}

function decodeAuto(
  lines: readonly string[],
  rows: number,
  layout: 'auto' | 'lines' | 'one_line',
): Decoded {
  const records = lines.map(fieldsOf)
  if (lines.length === rows && layout !== 'one_line') {
    const odd = oddRecord(records)
    return odd === undefined
      ? decoded(lines, records[0]?.length === 1 ? 'lines' : 'rows')
      : malformed(odd)
  }
  const [first = []] = records
  if (lines.length === 1 && first.length === rows && layout !== 'lines') {
    const odd = oddRecord(first.map((field) => [field]))
    return odd === undefined ? decoded(first, 'one_line') : malformed(odd)
  }
  if (lines.length === rows + 1 && isHeader(first)) {
    return decodeHeaded(records)
  }
  if (layout === 'one_line' && lines.length !== 1) {
    return malformed(`${lines.length} lines, wanted one of ${rows} values`)
  }
  return malformedCount(lines.length, rows)
}

function decodeHeaded(records: readonly string[][]): Decoded {
  const [header = [], row = []] = records
  const named = namedColumn(header)
  // Else the last, where pandas puts the positive class.
  const column = named ?? header.length - 1
  const odd = oddRecord(records.slice(1).map((record) => record.slice(column, column + 1)))
  if (odd !== undefined) return malformed(odd)
  const read = decodeTable(records, column)
  const choice = choiceInTable(header.map(unquote), row, column, named !== undefined)
  return read.kind === 'decoded' && choice !== undefined ? { ...read, choice } : read
}

function decodeLabels(lines: readonly string[], rows: number): Decoded {
  if (lines.length !== rows) return malformedCount(lines.length, rows)
  const blank = lines.findIndex((line) => line === '')
  return blank === -1 ? decoded(lines, 'lines') : malformed(`line ${blank + 1} is empty`)
}

function decodeColumn(lines: readonly string[], rows: number, column: number | string): Decoded {
  const records = lines.map(fieldsOf)
  if (lines.length === rows + 1) {
    const names = (records[0] ?? []).map(unquote)
    return decodeTable(records, typeof column === 'number' ? column : names.indexOf(asRead(column)))
  }
  if (lines.length !== rows) return malformedCount(lines.length, rows)
  if (typeof column === 'string') return malformed(`no header line to find ${column} in`)
  return decodeTable([[], ...records], column)
}

/** Takes one column out of records whose first is the header. */
function decodeTable([header = [], ...records]: readonly string[][], column: number): Decoded {
  const width = records[0]?.length ?? 0
  const cells: string[] = []
  for (const [index, record] of records.entries()) {
    const cell = record[column]
    if (cell === undefined || cell === '') return malformed(`line ${index + 1} has no such column`)
    if (record.length !== width) return malformed(`line ${index + 1} has ${record.length} fields`)
    cells.push(cell)
  }
  return decoded(cells, header.length === 0 ? 'rows' : 'table')
}

/** What is wrong with records that should hold numbers and have one width, if anything is. */
function oddRecord(records: readonly (readonly string[])[]): string | undefined {
  const width = records[0]?.length ?? 0
  for (const [index, record] of records.entries()) {
    if (record.length !== width) {
      return `line ${index + 1} has ${record.length} values, the first has ${width}`
    }
    const odd = record.find((field) => !isValue(field))
    if (odd !== undefined)
      return `line ${index + 1} is no number: ${JSON.stringify(asSaid(odd).slice(0, 40))}`
  }
  return undefined
}

/** A number, a bracketed list, or a quoted list as selected content has it. */
function isValue(field: string): boolean {
  const text = field.trim()
  if (isNumberText(text)) return true
  if (text.startsWith('"[') && text.endsWith(']"')) return true
  if (!text.startsWith('[') || !text.endsWith(']')) return false
  return text
    .slice(1, -1)
    .split(',')
    .every((item) => isNumberText(item.trim()))
}

const isHeader = (record: readonly string[]): boolean =>
  record.length > 0 && record.every((field) => field !== '' && !isValue(field))

/** `score` or the like. */
function namedColumn(header: readonly string[]): number | undefined {
  const names = header.map((name) => unquote(name).toLowerCase())
  const named = ['score', 'probability', 'prediction'].map((name) => names.indexOf(name))
  return named.find((index) => index !== -1)
}

/** Splits at the commas that stand outside quotes and brackets; the texts stay as they are. */
function fieldsOf(line: string): string[] {
  if (!/["[]/.test(line)) return line.split(',')
  const fields: string[] = []
  let start = 0
  let depth = 0
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    const char = line[at]
    if (char === '"') quoted = !quoted
    else if (quoted) continue
    else if (char === '[') depth++
    else if (char === ']') depth--
    else if (char === ',' && depth === 0) {
      fields.push(line.slice(start, at))
      start = at + 1
    }
  }
  fields.push(line.slice(start))
  return fields
}

const unquote = (field: string): string =>
  field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field

const decoded = (texts: readonly string[], layout: Layout): Decoded => ({
  kind: 'decoded',
  predictions: Buffer.from(texts.join('\n'), 'latin1'),
  layout,
})

const malformed = (reason: string): Decoded => ({ kind: 'malformed', reason })

const malformedCount = (lines: number, rows: number): Decoded =>
  malformed(`${lines} lines for ${rows} rows`)
