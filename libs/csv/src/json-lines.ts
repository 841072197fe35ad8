import { jsonLines } from './dialect.ts'
import { rowOffsets } from './row-offsets.ts'

/** A line that is no JSON. */
export interface MalformedLine {
  /** Index within the bytes given, from 0; a blank line is no row. */
  readonly row: number
  /** What is wrong with it, in the parser's words; they may quote a piece of the line. */
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
    JSON.parse(UTF8.decode(line))
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })
