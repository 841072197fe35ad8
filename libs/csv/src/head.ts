import { markLength } from './byte-order-mark.ts'
import { CsvError } from './csv-error.ts'
import { CR, type Dialect, jsonLines, LF } from './dialect.ts'
import { refuseUnreadable } from './encoding.ts'
import { parseFields } from './fields.ts'
import { rowOffsets } from './row-offsets.ts'

/** What the first bytes of an object say about it. */
export interface Head {
  /** True when the first row names the columns. */
  readonly header: boolean
  /** The names, when there is a header. */
  readonly columns?: readonly string[]
  /** Where the header row begins, when there is one: after the byte order mark and blank lines. */
  readonly headerStart?: number
  /** Fields of a row, as the first row has them; 0 when there is no row, 1 for JSON lines. */
  readonly width: number
  /** The byte after the byte order mark and the header row. */
  readonly bodyStart: number
  /** True of the only row of an object, by which `auto` can tell little: other objects of the table tell more. */
  readonly isAlone?: true
}

/** Bytes that are enough for the head of any object but a CSV with a longer first row. */
export const headBytes = 1024 * 1024

/** How many rows are asked whether the first one is of their kind. */
const WITNESSES_MAX = 100

/**
 * Reads the head of an object. `bytes` are its first bytes: all of them, or at least `headBytes`;
 * `whole` says which (by default they are the whole object when they are fewer). Of more than
 * `headBytes` only a first row is looked at that does not end before, and it is then asked alone: whoever
 * reads on until it ends finds the same, however much that is.
 *
 * `auto` takes the first row for a header when none of its fields is a value: what begins as a number, a date or
 * a time does, a word for a missing one or a truth value (an empty field is allowed in the first column, where
 * pandas writes its nameless index), when no two of them are the same, and when none is repeated in its column by
 * one of the rows below. What begins with a digit and has a letter, such as `30d_spend`, is a name where all that
 * stands below it are numbers. A header of years is therefore not found: say `present`. When in doubt there is
 * none: a header that is sent is refused, and told; a row that is left out nobody misses. Of several objects
 * see `headOf` and `inspectNext`.
 *
 * Of JSON lines a row that begins is all there is to know.
 *
 * @throws {CsvError} `utf16`, `nul_byte`; `head_incomplete` when the first row is longer than
 *   `bytes`: read more; `bad_dialect`, of a line for Excel too, and with `auto` of JSON, HTML and XML.
 */
export function inspectHead(
  bytes: Uint8Array,
  dialect: Dialect,
  header: 'auto' | 'present' | 'absent',
  whole: boolean = bytes.length < headBytes,
): Head {
  refuseUnreadable(bytes.subarray(0, headBytes))
  const start = markLength(bytes)
  const body = bytes.subarray(start)
  if (header !== 'present' && dialect.delimiter === jsonLines.delimiter) {
    if (body.some(isText)) return { header: false, width: 1, bodyStart: start }
  }
  const offsets = wholeRows(body, headBytes - start, dialect, whole)
  refuseOther(body.subarray(0, offsets[1]), header)
  const texts = Array.from(offsets.subarray(1), (end, row) =>
    parseFields(body.subarray(offsets[row], end), dialect),
  )
  const [first, ...below] = texts
  if (first === undefined) return { header: false, width: 0, bodyStart: start }
  const isAlone = header === 'auto' && whole && below.length === 0
  const facts = { width: first.length, ...(isAlone && { isAlone }) }
  if (!hasHeader(first, below, dialect, header))
    return { header: false, ...facts, bodyStart: start }
  const [headerStart = 0, bodyStart = 0] = offsets
  return {
    header: true,
    columns: first,
    ...facts,
    headerStart: start + headerStart,
    bodyStart: start + bodyStart,
  }
}

/**
 * What is no CSV would be one all the same, of a column that nobody has: its first row would be left out as a header,
 * and every row after it read as what it is not.
 */
function refuseOther(first: Uint8Array, header: 'auto' | 'present' | 'absent'): void {
  const text = Buffer.from(first.subarray(0, 64)).toString('utf8')
  const delimiter = SEP_LINE.exec(text)?.[1]
  if (delimiter !== undefined) {
    throw new CsvError(
      'bad_dialect',
      `read head: the first row is a line for Excel: ${quote(text)}`,
      {
        ...FIRST,
        hint: `take it out (tail -n +2 in.csv > out.csv), and set dataset.csv.delimiter (--delimiter '${delimiter}')`,
      },
    )
  }
  if (header !== 'auto') return
  const other = OTHERS.find(({ begins }) => begins.test(text))
  if (other === undefined) return
  const { looks, hint } = other
  throw new CsvError(
    'bad_dialect',
    `read head: the first row looks like ${looks}, not CSV: ${quote(text)}`,
    {
      ...FIRST,
      hint: `${hint}; where it is a CSV, say whether it has a header`,
    },
  )
}

const FIRST = { row: 0, byte: 0 }
const quote = (text: string): string => JSON.stringify(text.slice(0, 40))

/** It tells Excel the delimiter, and is a row to everybody else. */
const SEP_LINE = /^sep=([^\r\n])[\r\n]*$/i

const OTHERS = [
  {
    looks: 'JSON',
    begins: /^\s*\[\s*(?:[[{]|$)/,
    hint: 'write each row as a line of JSON (`jq -c .[]`), and set dataset.format to jsonl',
  },
  {
    looks: 'JSON',
    begins: /^\s*\{\s*(?:"|\}|$)/,
    hint: 'set dataset.format to jsonl (--format jsonl)',
  },
  {
    looks: 'HTML or XML',
    begins: /^\s*<(?:!doctype|html|\?xml)\b/i,
    hint: 'look at it: who was asked for the table may have answered with an error',
  },
]

function hasHeader(
  first: readonly string[],
  below: readonly (readonly string[])[],
  dialect: Dialect,
  header: 'auto' | 'present' | 'absent',
): boolean {
  if (header !== 'auto') return header === 'present'
  return dialect.delimiter !== jsonLines.delimiter && isHeader(first, below)
}

/**
 * The head of a table, by those of its objects in their order: of the first that has more than one row, and of the
 * first where none of the first `LOOKS_MAX` has. Nothing where no object has a row. No more of them are asked for.
 */
export async function headOf(heads: AsyncIterable<Head>): Promise<Head | undefined> {
  let first: Head | undefined
  let looks = 0
  for await (const head of heads) {
    if (head.width === 0) continue
    if (head.isAlone !== true) return head
    first ??= head
    looks += 1
    if (looks === LOOKS_MAX) break
  }
  return first
}

/** Spark writes a header alone for each partition that is empty. */
const LOOKS_MAX = 100

/**
 * Reads the head of another object of a table whose head is known. A first row that is the table's header is one,
 * whatever `auto` says by the rows below it: they may be none, or none of them with a number.
 */
export function inspectNext(
  table: Pick<Head, 'header' | 'columns'>,
  ...object: Parameters<typeof inspectHead>
): Head {
  const [bytes, dialect, , whole] = object
  const found = inspectHead(...object)
  if (found.header || !table.header || found.width === 0) return found
  const named = inspectHead(bytes, dialect, 'present', whole)
  return headDifference(table, named) === undefined ? named : found
}

/**
 * What sets the head of an object apart from that of its table, as a sentence; nothing when they
 * agree. A header in one object and none in the next would lose a row, or score a header.
 */
export function headDifference(
  table: Pick<Head, 'header' | 'columns'>,
  found: Head,
): string | undefined {
  if (found.width === 0) return undefined
  const [was, is] = [table, found].map(({ header, columns = [] }) => (header ? columns : undefined))
  if (JSON.stringify(is) === JSON.stringify(was)) return undefined
  const at = is?.findIndex((name, column) => name !== was?.[column]) ?? -1
  const differsAt = at === -1 ? (is?.length ?? 0) : at
  return `${headerText(is, differsAt)}, the table ${headerText(was, differsAt)}`
}

const HEADER_CHARS_MAX = 200

/** Of a wide table the first column that differs from the other's: the first ones are mostly the same. */
function headerText(columns: readonly string[] | undefined, differsAt: number): string {
  if (columns === undefined) return 'no header'
  const text = `the header ${JSON.stringify(columns)}`
  if (text.length <= HEADER_CHARS_MAX) return text
  const name = JSON.stringify(columns[differsAt])
  const wide = `the header of ${columns.length} columns`
  return name === undefined
    ? wide
    : `${wide} with ${name.slice(0, HEADER_CHARS_MAX)} as column ${differsAt}`
}

/** In JSON lines a row is a line with a byte in it. */
const isText = (byte: number): boolean => byte !== LF && byte !== CR

/**
 * Where the rows lie that certainly end within the bytes: up to `WITNESSES_MAX` after the first; and the
 * first alone when it is a long one.
 */
function wholeRows(
  body: Uint8Array,
  nearBytes: number,
  dialect: Dialect,
  whole: boolean,
): Uint32Array {
  const near = body.subarray(0, nearBytes)
  const isAll = near.length === body.length
  const offsets = endedRows(near, dialect, whole && isAll, 1 + WITNESSES_MAX)
  if (offsets !== undefined) return offsets
  const long = isAll ? undefined : endedRows(body, dialect, whole, 1)
  if (long !== undefined) return long
  throw new CsvError(
    'head_incomplete',
    `read head: the first row does not end within ${body.length} bytes`,
    { row: 0, byte: 0, hint: 'look for a quote at the start of a field that is never closed' },
  )
}

/** Where the first rows begin and end; nothing when none ends in these bytes and more may follow. */
function endedRows(
  body: Uint8Array,
  dialect: Dialect,
  whole: boolean,
  rowsMax: number,
): Uint32Array | undefined {
  const offsets = rowOffsets(body, dialect)
  // Without the rest of the object, a row that touches the end may go on.
  const isOpen = !whole && offsets.at(-1) === body.length
  const rows = offsets.length - 1 - (isOpen ? 1 : 0)
  return rows > 0 || whole ? offsets.subarray(0, Math.min(rows, rowsMax) + 1) : undefined
}

function isHeader(first: readonly string[], below: readonly (readonly string[])[]): boolean {
  const names = first.map((text) => text.trim())
  const isName = (name: string, column: number): boolean => {
    if (name === '') return column === 0
    return !VALUE.test(name) || isOverNumbers(name, column, below)
  }
  const named = names.every(isName)
  if (!named || names.every((name) => name === '')) return false
  if (new Set(names).size < names.length) return false
  return !below.some((row) =>
    row.some((text, column) => text !== '' && text.trim() === names[column]),
  )
}

/** True for a name that begins with a digit, by what is below it: `3rd` over words is one of their kind. */
function isOverNumbers(
  name: string,
  column: number,
  below: readonly (readonly string[])[],
): boolean {
  if (!/^\d.*\p{L}/su.test(name) || NUMBER.test(name)) return false
  const texts = below.map((row) => row[column]?.trim() ?? '').filter((text) => text !== '')
  return texts.length > 0 && texts.every((text) => NUMBER.test(text))
}

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i

/** Numbers, money, dates and times begin with a digit (after a sign, a currency's or a point); the rest are words. */
const VALUE = /^([-+]?\p{Sc}?\.?\d.*|[-+]?(inf|infinity)|n\/?a|nan|null|none|true|false)$/isu
