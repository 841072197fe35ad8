import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { type Fill, fillInPool } from './fill.ts'
import { createReadOver, type Glance, type Read } from './read-over.ts'
import { startThread, type Thread } from './thread.ts'

/** Reads files into memory that threads share. */
export interface Readers extends AsyncDisposable {
  readonly fill: Fill
  /** Reads to ask for at a time. With more, each finds its memory out of the cache. */
  readonly inFlight: number
}

/** Reads that wait at a thread: one while it answers the one before. */
const READS_OF_THREAD_MAX = 2
/** A read of a megabyte that takes longer came from a disk, and the next ones would too. */
const BLOCKED_MS_MAX = 20
/** So many are left to Node's pool then. */
const POOLED_READS = 32

/** More would wait for the memory. */
const THREADS_MAX = 3
/** Up to here one thread is done almost as soon, since another one takes 40 ms of CPU to start. */
const ALONE_BYTES = 512 * 1024 * 1024

/** Readers for files of up to `bytes`: as many as there are cores, this thread among them. */
export function readersFor(bytes: number, glance: Glance): Readers {
  const others = Math.min(availableParallelism() - 1, THREADS_MAX)
  const threads = bytes > ALONE_BYTES ? others : 0
  return createReaders(
    Array.from({ length: threads }, () => startThread(glance)),
    glance,
  )
}

/**
 * Who reads a file looks over it too, with `glance`, while it is in the core's own cache: to hand it to
 * another core would cost as much as to read it again. So this thread reads, and others beside it as soon as
 * they are ready. From a slow disk this thread does not read, since it would answer nobody meanwhile: Node's
 * pool does then. The pool also does what a thread could not, so errors are its own.
 *
 * None may be reading any more when they are disposed of.
 */
export function createReaders(others: readonly Thread[], glance: Glance): Readers {
  const readOver = createReadOver(glance)
  let pooled = 0
  const readHere = async (read: Read): Promise<number | undefined> => {
    if (pooled > 0) {
      pooled -= 1
      return undefined
    }
    const startedAt = performance.now()
    const bytes = readOver(read)
    if (performance.now() - startedAt > BLOCKED_MS_MAX) pooled = POOLED_READS
    await setImmediate()
    return bytes
  }
  return {
    inFlight: READS_OF_THREAD_MAX * (others.length + 1),
    async fill(fd, target, start) {
      const { buffer, byteOffset: at, length } = target
      if (buffer !== glance.memory.buffer) return fillInPool(fd, target, start)
      const free = others.filter(({ isReady, reads }) => isReady && reads < READS_OF_THREAD_MAX)
      const reader = free.sort((a, b) => a.reads - b.reads)[0]
      const read = { fd, at, length, start }
      return (await (reader?.read(read) ?? readHere(read))) ?? fillInPool(fd, target, start)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(others.map((thread) => thread.end()))
    },
  }
}
