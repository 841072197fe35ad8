import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { createClaims } from './claims.ts'
import type { OpenRange, Reader } from './read-claims.ts'
import type { Glance } from './read-over.ts'
import { createReading, type Reading } from './reading.ts'
import { startThread, type Thread } from './thread.ts'

/** Reads files into memory that threads share. */
export interface Readers extends AsyncDisposable {
  /** Of one piece; the last one of a file may be shorter. */
  readonly pieceBytes: number
  /** Begins a file, when the one before has ended. */
  read(file: OpenRange): Reading
}

/** Each reads a piece while others wait to be taken. */
const SLOTS_OF_READER = 3
/** More would wait for the memory. */
const THREADS_MAX = 3
/** Up to here one thread is done almost as soon, since another one takes 45 ms of CPU to start. */
const ALONE_BYTES = 384 * 1024 * 1024

/** Slots for as many readers as there may be. */
export const readerSlots = SLOTS_OF_READER * (1 + THREADS_MAX)

/**
 * Readers for files of up to `bytes`: as many as there are cores, this thread among them. The slots are all of
 * one size and lie in the memory of `glance`.
 *
 * Who reads a piece looks over it too, with `glance`, while it is in the core's own cache: to hand it to another
 * core would cost as much as to read it again. So this thread reads, and others beside it as soon as they are
 * ready. From a slow disk this thread does not read, since it would answer nobody meanwhile: Node's pool does
 * then. The pool also does what a thread could not, so errors are its own.
 */
export function readersFor(bytes: number, slots: readonly Uint8Array[], glance: Glance): Readers {
  const others = Math.min(availableParallelism() - 1, THREADS_MAX)
  const deps = { start: startThread, now: () => performance.now() }
  return createReaders(deps, bytes > ALONE_BYTES ? others : 0, slots, glance)
}

export interface Deps {
  start(reader: Reader): Thread
  readonly now: () => number
}

/** Readers of so many threads beside this one. */
export function createReaders(
  { start, now }: Deps,
  others: number,
  slots: readonly Uint8Array[],
  glance: Glance,
): Readers {
  const wanted = SLOTS_OF_READER * (1 + others)
  assert(slots.length >= wanted, `readers: wanted ${wanted} slots, got ${slots.length}`)
  const shared = {
    claims: createClaims(wanted),
    glance,
    slotsAt: slots.slice(0, wanted).map(({ byteOffset }) => byteOffset),
    slotBytes: slots[0]?.byteLength ?? 0,
  }
  const readerOf = (index: number): Reader => {
    const first = index * SLOTS_OF_READER
    return { shared, slots: Array.from({ length: SLOTS_OF_READER }, (_, slot) => first + slot) }
  }
  const threads = Array.from({ length: others }, (_, index) => start(readerOf(index + 1)))
  return {
    pieceBytes: shared.slotBytes,
    read: createReading(readerOf(0), { others: threads, now }),
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map((thread) => thread.end()))
    },
  }
}
