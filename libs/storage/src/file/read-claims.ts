import { type Claims, claim, finish, untilFree } from './claims.ts'
import { createReadOver, type Glance, type Read } from './read-over.ts'

/** A part of an open file. */
export interface OpenRange {
  readonly fd: number
  readonly start: number
  readonly end: number
}

/** What readers share. A piece of the file goes into one slot. */
export interface Shared {
  readonly claims: Claims
  readonly glance: Glance
  /** Where each slot lies in the memory of `glance`. */
  readonly slotsAt: readonly number[]
  readonly slotBytes: number
}

/** One that reads: into slots of its own, so that they stay in the cache of its core. */
export interface Reader {
  readonly shared: Shared
  readonly slots: readonly number[]
}

/** Reads pieces of a file until there is none left. It blocks, and so is for a thread that does nothing else. */
export function createReadClaims({ shared, slots }: Reader): (file: OpenRange) => void {
  const { claims } = shared
  const readOver = createReadOver(shared.glance)
  return (file) => {
    for (let turn = 0; ; turn += 1) {
      const slot = slots[turn % slots.length] ?? 0
      const piece = untilFree(claims, slot) ? claim(claims, slot) : undefined
      if (piece === undefined) return
      finish(claims, slot, readOver(readOf(shared, file, slot, piece)))
    }
  }
}

export const piecesOf = (
  { slotBytes }: Pick<Shared, 'slotBytes'>,
  { start, end }: OpenRange,
): number => Math.ceil((end - start) / slotBytes)

/** What a piece is, and where it goes. */
export function readOf(
  { slotsAt, slotBytes }: Shared,
  { fd, start, end }: OpenRange,
  slot: number,
  piece: number,
): Read {
  const from = start + piece * slotBytes
  return { fd, at: slotsAt[slot] ?? 0, length: Math.min(slotBytes, end - from), start: from }
}
