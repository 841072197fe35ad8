import { createOwnMemory, createScanner, growMemory, type ScannerExports } from './scanner.ts'

/*
 * The scanner that looks at batches. One for the whole process: it is used from beginning to end
 * within one call, so calls cannot meet in it.
 *
 *     | what is found | the batch, or a piece of it | …
 */

export const FOUND_AT = 1_024
export const FOUND_END = 64 * 1_024
export const INPUT_AT = FOUND_END
/** Room behind a buffer that the scanner may read, or write. */
export const MARGIN_BYTES = 64
/** A batch is looked at in pieces of this size, which the core's own cache holds. */
export const PIECE_BYTES = 128 * 1_024

const MEMORY_BYTES_MAX = 1024 * 1024 * 1024

const memory = createOwnMemory(INPUT_AT + PIECE_BYTES + MARGIN_BYTES, MEMORY_BYTES_MAX)

export const scanner = createScanner(memory)

/** A scanner with state of its own, which may go on from call to call; it finds nothing in the memory left. */
export const ownScanner = (): ScannerExports => createScanner(memory)

/** The workspace's bytes from `at` on, as they are until the next `reserve`. */
export function bytesAt(at: number, length: number): Uint8Array {
  return new Uint8Array(memory.buffer, at, length)
}

export function numbersAt(at: number, length: number): Uint32Array {
  return new Uint32Array(memory.buffer, at, length)
}

/** Makes room for this many bytes. It stays: bounded by the largest batch of the process, 1 GiB. */
export function reserve(bytes: number): void {
  growMemory(memory, bytes)
}

/** Calls `scan` for each piece of the bytes in turn, with where it lies and stands. */
export function eachPiece(
  bytes: Uint8Array,
  scan: (at: number, length: number, position: number) => void,
): void {
  const input = bytesAt(INPUT_AT, PIECE_BYTES)
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    const piece = bytes.subarray(from, from + PIECE_BYTES)
    input.set(piece)
    scan(INPUT_AT, piece.length, from)
  }
}
