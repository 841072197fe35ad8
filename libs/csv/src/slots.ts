import assert from 'node:assert/strict'
import { bytesOf, type Dialect } from './dialect.ts'
import { createSharedMemory, type ScannerMemory, scannerModule } from './scanner.ts'

/*
 * A cutter's memory. Before each buffer is room for the notes of what is in it, behind it room that the
 * scanner may read.
 *
 *     | cuts found | notes, staging for bytes that are elsewhere | notes, slot 0 | notes, slot 1 | …
 */

/** Memory that pieces of an object are read into, to be cut where they lie. */
export interface Slots {
  /** 1 MiB each. */
  readonly buffers: readonly Uint8Array[]
  readonly memory: ScannerMemory
}

/**
 * What a thread needs to look over pieces that it reads into slots, while they wait for their turn to be
 * cut: then the cutter need not. It instantiates the module with `env.memory`; for each piece it calls
 * `beginGlance` with where the piece lies in the memory and with `args`, and `glance` with the number of its
 * bytes that are there, as often as it likes.
 */
export interface Glance {
  readonly module: object
  readonly memory: ScannerMemory
  readonly args: readonly number[]
}

export const slotBytes = 1024 * 1024
export const CUTS_AT = 1_024
export const CUTS_END = 64 * 1_024
const SLOTS_MAX = 64
/** Of each KiB of a slot 8 bytes, and 8 before them. */
const NOTES_BYTES = 8_256
const MARGIN_BYTES = 64
const STRIDE = NOTES_BYTES + slotBytes + MARGIN_BYTES
export const STAGING_AT = CUTS_END + NOTES_BYTES

/**
 * Makes memory of that many slots, 0 to 64. Cutters may share it, as long as each reads into slots of its
 * own. It is given back when garbage is collected.
 */
export function createSlots(count: number): Slots {
  const isCount = Number.isInteger(count) && count >= 0 && count <= SLOTS_MAX
  assert(isCount, `slots: wanted 0 to ${SLOTS_MAX}, got ${count}`)
  const memory = createSharedMemory(CUTS_END + (count + 1) * STRIDE)
  const slotAt = (slot: number) => STAGING_AT + (slot + 1) * STRIDE
  const buffers = Array.from(
    { length: count },
    (_, slot) => new Uint8Array(memory.buffer, slotAt(slot), slotBytes),
  )
  return { buffers, memory }
}

export function glanceOf({ memory }: Slots, dialect: Dialect): Glance {
  const { delimiter, quote } = bytesOf(dialect)
  return { module: scannerModule(), memory, args: [NOTES_BYTES, delimiter, quote] }
}

/** Where the notes of a piece go, and of how many of its first bytes there are any. */
export interface Notes {
  readonly at: number
  readonly noted: number
}

/**
 * Takes the notes of a piece. They count once, since what is read there next may come without any, and
 * only where the piece begins with its slot.
 *
 * @param words the memory of the slots.
 */
export function takeNotes(words: Uint32Array, piece: Uint8Array): Notes {
  const within = (piece.byteOffset - STAGING_AT) % STRIDE
  const at = piece.byteOffset - within - NOTES_BYTES
  const noted = words[at / 4] ?? 0
  words[at / 4] = 0
  return { at, noted: within === 0 ? Math.min(noted, piece.length) : 0 }
}
