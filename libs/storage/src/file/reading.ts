import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import {
  changesOf,
  claim,
  doneWith,
  finish,
  free,
  isFree,
  open,
  shut,
  untilChange,
} from './claims.ts'
import { fillInPool } from './fill.ts'
import { type OpenRange, piecesOf, type Reader, readOf } from './read-claims.ts'
import { createReadOver } from './read-over.ts'
import type { Thread } from './thread.ts'

/** A file that is being read. */
export interface Reading {
  /**
   * Its next piece, good until one asks for another, which is not at the end. Shorter than a slot where it is the
   * last, or where the file has become shorter. Throws what Node throws.
   */
  next(): Promise<Uint8Array>
  /** How many pieces after that one have been read already. */
  readonly ahead: number
  /** Nobody reads it any more when it resolves. */
  end(): Promise<void>
}

/** A read that takes longer came from a disk, and the next ones would too. */
const BLOCKED_MS_MAX = 20
/** So many are left to Node's pool then. */
const POOLED_READS = 32
/** So long the thread answers nobody else while it reads. */
const TURN_MS = 3

export interface Deps {
  readonly others: readonly Thread[]
  readonly now: () => number
}

/**
 * How the thread that takes the pieces reads some of them itself, one file after the other. `begin` only when
 * the one before has ended.
 */
export function createReading(
  { shared, slots }: Reader,
  { others, now }: Deps,
): (file: OpenRange) => Reading {
  const { claims, glance, slotsAt } = shared
  const readOver = createReadOver(glance)
  const bytes = new Uint8Array(glance.memory.buffer)
  let pooled = 0
  let isReading = false

  return (file) => {
    const pieces = piecesOf(shared, file)
    const underWay = new Set<Promise<void>>()
    let piece = 0
    let lent: number | undefined
    let turnedAt = now()

    const readInPool = async (slot: number, of: number): Promise<number> => {
      const { at, length, start } = readOf(shared, file, slot, of)
      readOver({ fd: file.fd, at, length: 0, start }) // What was noted there is of another piece.
      return fillInPool(file.fd, bytes.subarray(at, at + length), start)
    }
    const pool = (slot: number, of: number): void => {
      pooled -= 1
      const read = readInPool(slot, of)
        .catch(() => undefined)
        .then((length) => {
          finish(claims, slot, length)
          underWay.delete(read)
        })
      underWay.add(read)
    }
    /** Claims a piece and reads it, or has it read. Answers false when it cannot now. */
    const readOne = (): boolean => {
      const slot = slots.find((own) => isFree(claims, own))
      const of = slot === undefined ? undefined : claim(claims, slot)
      if (slot === undefined || of === undefined) return false
      if (pooled > 0) {
        pool(slot, of)
        return true
      }
      const startedAt = now()
      finish(claims, slot, readOver(readOf(shared, file, slot, of)))
      if (now() - startedAt > BLOCKED_MS_MAX) pooled = POOLED_READS
      return true
    }
    const take = async (slot: number, length: number | undefined): Promise<Uint8Array> => {
      lent = slot
      const at = slotsAt[slot] ?? 0
      const there = length ?? (await readInPool(slot, piece))
      piece += 1
      return bytes.subarray(at, at + there)
    }
    const turn = async (): Promise<void> => {
      await setImmediate()
      turnedAt = now()
    }

    assert(!isReading, 'the file before is read to its end first')
    isReading = true
    open(claims, pieces)
    for (const thread of others) thread.join(file)
    return {
      async next() {
        assert(piece < pieces, 'the file was read to its end')
        if (lent !== undefined) free(claims, lent)
        lent = undefined
        if (now() - turnedAt > TURN_MS) await turn()
        for (let waits = 0; ; ) {
          const changes = changesOf(claims)
          const done = doneWith(claims, piece)
          if (done !== undefined) return take(done.slot, done.bytes)
          if (readOne()) continue
          // Another has claimed it and is about to be done, unless its disk is slow.
          waits += 1
          if (waits === 1) await turn()
          else await untilChange(claims, changes)
        }
      },
      get ahead() {
        let ready = 0
        while (doneWith(claims, piece + ready)?.bytes !== undefined) ready += 1
        return ready
      },
      async end() {
        shut(claims)
        await Promise.all([...underWay, ...others.map((thread) => thread.leave())])
        isReading = false
      },
    }
  }
}
