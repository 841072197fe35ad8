/*
 * How many objects a producer decompresses at once: one of each job, so that no job stands behind the hours of
 * another, and a few more of whoever comes first. Each holds a few reads and the parts of a multipart upload: 45 MB,
 * and 140 where its copy is larger than 24 GB. Six of them, as of four jobs, have room in a producer's 1,024 MiB.
 */

/** More than one object of a job, of all jobs together. */
const SHARED = 2
export const OBJECTS_OF_A_JOB_MAX = 1 + SHARED

/** Runs work of one job as soon as there is a place for it. On abort while it waits, rejects with the signal's reason. */
export type Places = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>

export interface SpoolRoom {
  /** The places of a job: one of its own, and those that it shares with the others. */
  forJob(): Places
}

interface Lane {
  isOwnFree: boolean
}

interface Waiter {
  readonly lane: Lane
  readonly start: (place: Place) => void
}

type Place = 'own' | 'shared'

export function createSpoolRoom(shared = SHARED): SpoolRoom {
  let free = shared
  const line: Waiter[] = []

  return {
    forJob() {
      const lane: Lane = { isOwnFree: true }
      return async (work, signal) => {
        signal.throwIfAborted()
        const place = take(lane) ?? (await wait(lane, signal))
        try {
          return await work()
        } finally {
          giveBack(lane, place)
        }
      }
    },
  }

  function take(lane: Lane): Place | undefined {
    if (lane.isOwnFree) {
      lane.isOwnFree = false
      return 'own'
    }
    if (free === 0) return undefined
    free -= 1
    return 'shared'
  }

  async function wait(lane: Lane, signal: AbortSignal): Promise<Place> {
    const { promise, resolve, reject } = Promise.withResolvers<Place>()
    const waiter = { lane, start: resolve }
    line.push(waiter)
    const abort = (): void => {
      if (leave(waiter)) reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  function giveBack(lane: Lane, place: Place): void {
    const next = place === 'own' ? line.find((waiter) => waiter.lane === lane) : line[0]
    if (next !== undefined) {
      leave(next)
      next.start(place)
    } else if (place === 'own') {
      lane.isOwnFree = true
    } else {
      free += 1
    }
  }

  function leave(waiter: Waiter): boolean {
    const at = line.indexOf(waiter)
    if (at >= 0) line.splice(at, 1)
    return at >= 0
  }
}
