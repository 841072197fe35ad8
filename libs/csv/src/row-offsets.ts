import assert from 'node:assert/strict'
import { bytesOf, type Dialect } from './dialect.ts'
import { eachPiece, FOUND_AT, FOUND_END, numbersAt, scanner } from './workspace.ts'

/**
 * Where the rows of a batch lie: the first byte of each row, then the end of the last row. Row `i`
 * is `[offsets[i], offsets[i + 1])`, with its line end and any blank lines after it. Bytes without
 * rows give `[0]`. The bytes, fewer than 4 GiB, begin at a row: no byte order mark, no header.
 */
export function rowOffsets(bytes: Uint8Array, dialect: Dialect): Uint32Array {
  assert(
    bytes.length < STILL_OPEN,
    `row offsets: wanted fewer than 4 GiB, got ${bytes.length} bytes`,
  )
  const { delimiter, quote } = bytesOf(dialect)
  let rows = 0
  scanner.beginSurvey(delimiter, quote, 0)
  eachPiece(bytes, (at, length, position) => {
    for (let done = 0; done < length; ) {
      done += scanner.findRows(at + done, length - done, position + done, FOUND_AT, FOUND_END)
      const found = numbersAt(FOUND_AT, (scanner.surveyEnd() - FOUND_AT) / 4)
      offsets = withRoom(offsets, rows + found.length + 1)
      offsets.set(found, rows)
      rows += found.length
    }
  })
  const end = scanner.rowsEnd() >>> 0
  offsets[rows] = end === STILL_OPEN ? bytes.length : end
  return offsets.slice(0, rows + 1)
}

/** Kept from call to call, so that rows need not be counted before they are found. */
let offsets = new Uint32Array(1_024)

function withRoom(numbers: Uint32Array<ArrayBuffer>, count: number): Uint32Array<ArrayBuffer> {
  if (count <= numbers.length) return numbers
  const grown = new Uint32Array(2 * count)
  grown.set(numbers)
  return grown
}

/** What the scanner answers while the last row has no line end. */
const STILL_OPEN = 0xff_ff_ff_ff
