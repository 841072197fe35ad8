import { NOTE_BYTES, ODD, run, STRETCH, writeNote } from './runs'
import { ALL, BLOCK, IN_FIELD, nextLines, packed, restart, unpack } from './structure'

/*
 * A glance over a piece of which nothing is known but its bytes, so that several threads can each take one:
 * it makes the notes that `scanCuts` goes by. The guess is that the piece begins outside quotes, within a
 * field. It corrects itself: a quote in mid-field is text, so the scan is right from the first field on
 * that begins with a quote, also where the piece began inside of one.
 */

let piece: usize = 0
let notes: usize = 0
let glancedTo: u32 = 0
let stride: u32 = STRETCH

/**
 * Begins a piece at `at`; its notes go `notesBytes` before it. In place of rows, the first one has how many
 * bytes there are notes of.
 */
export function beginGlance(at: usize, notesBytes: u32, delimiter: i32, quote: i32): void {
  restart(delimiter, quote)
  unpack(IN_FIELD)
  piece = at
  notes = at - notesBytes
  glancedTo = 0
  writeNote(notes, 0, IN_FIELD)
}

/** Goes on, now that the first `length` bytes of the piece are there. */
export function glance(length: u32): void {
  const whole = length & ~(STRETCH - 1)
  while (glancedTo < whole) {
    const note = notes + <usize>(glancedTo / STRETCH + 1) * NOTE_BYTES
    const from = piece + glancedTo
    const stop = run(from, piece + whole, note)
    stride = stop > from ? STRETCH : min<u32>(stride << 1, STRIDE_MAX)
    glancedTo = <u32>(stop - piece)
    passOdd(min<u32>(whole, glancedTo + stride))
  }
  store<u32>(notes, glancedTo)
}

const STRIDE_MAX: u32 = 4 * STRETCH

/** Goes on by blocks, to say no more of their stretches than the state after them. */
function passOdd(stop: u32): void {
  let note = notes + <usize>(glancedTo / STRETCH) * NOTE_BYTES
  for (; glancedTo < stop; glancedTo += STRETCH) {
    for (let i: u32 = 0; i < STRETCH; i += BLOCK) nextLines(piece + glancedTo + i, ALL, BLOCK - 1)
    note += NOTE_BYTES
    writeNote(note, ODD, packed())
  }
}
