import { claim, finish, isFree } from './claims.ts'
import { fillInPool } from './fill.ts'
import { type OpenRange, type Reader, readOf } from './read-claims.ts'
import { createReadOver } from './read-over.ts'

/** How the thread that takes the pieces reads some of them itself. */
export interface OwnReads {
  /** Claims a piece of the file and reads it, or has it read. Answers false when it cannot now. */
  readOne(file: OpenRange): boolean
  /** Has the pool read a piece into a slot. Answers how many bytes; throws what Node throws. */
  readInPool(file: OpenRange, slot: number, piece: number): Promise<number>
  /** Resolves when the pool reads nothing more of what was claimed. */
  settled(): Promise<void>
}

/** A read that takes longer came from a disk, and the next ones would too. */
const BLOCKED_MS_MAX = 20
/** So many are left to Node's pool then. */
const POOLED_READS = 32

export function createOwnReads({ shared, slots }: Reader, now: () => number): OwnReads {
  const { claims, glance } = shared
  const readOver = createReadOver(glance)
  const bytes = new Uint8Array(glance.memory.buffer)
  const underWay = new Set<Promise<void>>()
  let pooled = 0

  const readInPool = async (file: OpenRange, slot: number, piece: number): Promise<number> => {
    const { fd, at, length, start } = readOf(shared, file, slot, piece)
    readOver({ fd, at, length: 0, start }) // What was noted there is of another piece.
    return fillInPool(fd, bytes.subarray(at, at + length), start)
  }
  const pool = (file: OpenRange, slot: number, piece: number): void => {
    const read = readInPool(file, slot, piece)
      .catch(() => undefined)
      .then((length) => {
        finish(claims, slot, length)
        underWay.delete(read)
      })
    underWay.add(read)
  }
  return {
    readInPool,
    readOne(file) {
      const slot = slots.find((own) => isFree(claims, own))
      const piece = slot === undefined ? undefined : claim(claims, slot)
      if (slot === undefined || piece === undefined) return false
      if (pooled > 0) {
        pooled -= 1
        pool(file, slot, piece)
        return true
      }
      const startedAt = now()
      finish(claims, slot, readOver(readOf(shared, file, slot, piece)))
      if (now() - startedAt > BLOCKED_MS_MAX) pooled = POOLED_READS
      return true
    },
    settled: async () => void (await Promise.all(underWay)),
  }
}
