import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { changesOf, doneWith, free, open, shut, untilChange } from './claims.ts'
import { createOwnReads } from './own-reads.ts'
import { type OpenRange, piecesOf, type Reader } from './read-claims.ts'
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

/** So long the thread answers nobody else while it reads. */
const TURN_MS = 3

export interface Deps {
  readonly others: readonly Thread[]
  readonly now: () => number
}

/** The pieces of one file after the other: a file is begun when the one before has ended. */
export function createReading(reader: Reader, { others, now }: Deps): (file: OpenRange) => Reading {
  const { claims, glance, slotsAt } = reader.shared
  const own = createOwnReads(reader, now)
  const bytes = new Uint8Array(glance.memory.buffer)
  let isReading = false

  return (file) => {
    const pieces = piecesOf(reader.shared, file)
    let piece = 0
    let lent: number | undefined
    let turnedAt = now()

    const take = async (slot: number, length: number | undefined): Promise<Uint8Array> => {
      lent = slot
      const at = slotsAt[slot] ?? 0
      const there = length ?? (await own.readInPool(file, slot, piece))
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
          if (own.readOne(file)) continue
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
        await Promise.all([own.settled(), ...others.map((thread) => thread.leave())])
        isReading = false
      },
    }
  }
}
