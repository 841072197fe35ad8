const LF = 0x0a
const CR = 0x0d

/** Counts the line ends in pieces of a file: LF, CRLF or a lone CR, as an editor counts them. */
export function createLineCounter(): { count(piece: Uint8Array): number } {
  let endsInCr = false
  let lineEnds = 0
  return {
    /** Answers how many there are in all pieces so far; a CR at the very end counts already. */
    count(piece) {
      const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
      if (endsInCr && bytes[0] === LF) lineEnds -= 1
      lineEnds += occurrences(bytes, LF)
      for (let at = bytes.indexOf(CR); at !== -1; at = bytes.indexOf(CR, at + 1)) {
        if (bytes[at + 1] !== LF) lineEnds += 1
      }
      if (bytes.length > 0) endsInCr = bytes.at(-1) === CR
      return lineEnds
    },
  }
}

function occurrences(bytes: Buffer, byte: number): number {
  let found = 0
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) found += 1
  return found
}
