/*
 * Which thread reads which piece of a file, kept in memory that they share: each takes the next piece by
 * itself, so that no message is sent for a piece and none waits for another.
 *
 *     | next piece | pieces | changes | slot 0: state, bytes | slot 1: state, bytes | …
 *
 * A slot is free (0), claimed for a piece (below 0), or done with it (above 0). Only its reader claims it; only
 * who takes the pieces in order frees it. Pieces are claimed in order, by who has a free slot, so the first
 * one that is not taken yet is always done or being read.
 */

export type Claims = Int32Array

const NEXT = 0
const PIECES = 1
/** Counts what is done, so that one can wait for more. */
const CHANGES = 2
const SLOTS_AT = 3
const SLOT_INTS = 2
const FREE = 0
/** In place of bytes, where they could not be read. */
const UNREAD = -1

export function createClaims(slots: number): Claims {
  return new Int32Array(new SharedArrayBuffer(4 * (SLOTS_AT + SLOT_INTS * slots)))
}

/** Begins a file of so many pieces. Nobody may be reading yet. */
export function open(claims: Claims, pieces: number): void {
  freeAll(claims)
  Atomics.store(claims, NEXT, 0)
  Atomics.store(claims, PIECES, pieces)
}

/** Gives no more pieces, and wakes who waits for a slot. Readers finish what they have claimed. */
export function shut(claims: Claims): void {
  Atomics.store(claims, PIECES, 0)
  freeAll(claims)
}

/** The next piece, to be read into that free slot; nothing when there is none. */
export function claim(claims: Claims, slot: number): number | undefined {
  const piece = Atomics.add(claims, NEXT, 1)
  if (piece >= Atomics.load(claims, PIECES)) return undefined
  Atomics.store(claims, stateAt(slot), -1 - piece)
  return piece
}

/** The claimed slot has so many bytes of its piece, or nothing where they could not be read. */
export function finish(claims: Claims, slot: number, bytes: number | undefined): void {
  Atomics.store(claims, stateAt(slot) + 1, bytes ?? UNREAD)
  Atomics.store(claims, stateAt(slot), -Atomics.load(claims, stateAt(slot)))
  Atomics.add(claims, CHANGES, 1)
  Atomics.notify(claims, CHANGES)
}

/** A reader is gone: what it has claimed is done, and was not read. */
export function abandon(claims: Claims, slot: number): void {
  if (Atomics.load(claims, stateAt(slot)) < FREE) finish(claims, slot, undefined)
}

export function isFree(claims: Claims, slot: number): boolean {
  return Atomics.load(claims, stateAt(slot)) === FREE
}

export function free(claims: Claims, slot: number): void {
  Atomics.store(claims, stateAt(slot), FREE)
  Atomics.notify(claims, stateAt(slot))
}

/** Blocks the thread until the slot is free. Answers false when no piece is given any more. */
export function untilFree(claims: Claims, slot: number): boolean {
  for (;;) {
    const state = Atomics.load(claims, stateAt(slot))
    if (state === FREE) return true
    if (Atomics.load(claims, PIECES) === 0) return false
    Atomics.wait(claims, stateAt(slot), state)
  }
}

/** What is in the slot that is done with a piece; nothing when none is. */
export function doneWith(
  claims: Claims,
  piece: number,
): { readonly slot: number; readonly bytes: number | undefined } | undefined {
  for (let slot = 0; stateAt(slot) < claims.length; slot += 1) {
    if (Atomics.load(claims, stateAt(slot)) !== piece + 1) continue
    const bytes = Atomics.load(claims, stateAt(slot) + 1)
    return { slot, bytes: bytes === UNREAD ? undefined : bytes }
  }
  return undefined
}

export const changesOf = (claims: Claims): number => Atomics.load(claims, CHANGES)

/** Resolves when something is done that was not when the changes were counted. */
export async function untilChange(claims: Claims, counted: number): Promise<void> {
  const { async, value } = Atomics.waitAsync(claims, CHANGES, counted)
  if (async) await value
}

function freeAll(claims: Claims): void {
  for (let slot = 0; stateAt(slot) < claims.length; slot += 1) {
    if (Atomics.load(claims, stateAt(slot)) > FREE) free(claims, slot)
    else Atomics.notify(claims, stateAt(slot))
  }
}

const stateAt = (slot: number): number => SLOTS_AT + SLOT_INTS * slot
