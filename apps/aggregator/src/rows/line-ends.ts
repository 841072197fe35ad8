import type { BatchRows } from './result-format.ts'

type Input = NonNullable<BatchRows['input']>

const LF = 0x0a
const CR = 0x0d
const LINE_ENDS = { lf: Buffer.from('\n'), crlf: Buffer.from('\r\n'), cr: Buffer.from('\r') }

/** Where a row's content ends, and its line end with any blank lines after it begins. */
export function endOfContent(row: Buffer): number {
  let end = row.length
  while (end > 0 && isLineEnd(row[end - 1])) end -= 1
  return end
}

/** The row's own line end: LF, CRLF or CR; nothing of a last row without one. */
export function lineEndOf(row: Buffer): Buffer | undefined {
  const end = endOfContent(row)
  if (end === row.length) return undefined
  if (row[end] === LF) return LINE_ENDS.lf
  return row[end + 1] === LF ? LINE_ENDS.crlf : LINE_ENDS.cr
}

/** The first row of a batch. */
export const firstRow = ({ bytes, offsets }: Input): Buffer =>
  bytes.subarray(offsets[0], offsets[1])

/** The rows of a batch with a line end behind each of them: only the last one of an object may have none. */
export function endLastRow(input: Input, lineEnd: Buffer): Input {
  const { bytes, offsets } = input
  if (isLineEnd(bytes[(offsets.at(-1) ?? 0) - 1])) return input
  const ended = offsets.slice()
  ended[ended.length - 1] = bytes.length + lineEnd.length
  return { bytes: Buffer.concat([bytes, lineEnd]), offsets: ended }
}

const isLineEnd = (byte: number | undefined): boolean => byte === LF || byte === CR
