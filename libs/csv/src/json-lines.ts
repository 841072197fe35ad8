import { jsonLines } from './dialect.ts'
import { rowOffsets } from './row-offsets.ts'

/** A line that is no JSON. */
export interface MalformedLine {
  /** Index within the bytes given, from 0; a blank line is no row. */
  readonly row: number
  /** What is wrong with it, in the parser's words, on one line; they may quote a piece of the row. */
  readonly problem: string
}

/**
 * The rows of a batch of JSON lines that are no JSON (RFC 8259), in order. One of them fails the whole
 * request at most containers; found here it costs itself and no invocation.
 */
export function malformedLines(bytes: Uint8Array): readonly MalformedLine[] {
  const offsets = rowOffsets(bytes, jsonLines)
  return Array.from(offsets.subarray(1), (end, row) => ({
    row,
    problem: problemOf(bytes.subarray(offsets[row], end)),
  })).filter((line): line is MalformedLine => line.problem !== undefined)
}

function problemOf(line: Uint8Array): string | undefined {
  try {
    JSON.parse(UTF8.decode(withoutEnd(line)))
    return undefined
  } catch (error) {
    return (error as Error).message.replace(LINE_IN_ROW, '')
  }
}

/** The parser counts lines of the row alone, which whoever reads of the row takes for one of the file. */
const LINE_IN_ROW = / \(line \d+ column \d+\)$/

/** Blank lines that follow a row are its end, too. */
function withoutEnd(line: Uint8Array): Uint8Array {
  let end = line.length
  while (end > 0 && (line[end - 1] === 0x0a || line[end - 1] === 0x0d)) end -= 1
  return line.subarray(0, end)
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })
