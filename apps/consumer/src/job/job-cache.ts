import { setImmediate as nextTurn } from 'node:timers/promises'
import { type JobId, limits } from '@millrace/job'
import type { OpenJob } from './open-job.ts'

/** Jobs kept in memory. */
const JOBS_MAX = 64
/** Objects of their datasets in all, of which one takes some 250 bytes, twice that where it is a copy. */
const OBJECTS_MAX = 200_000

interface Entry {
  readonly value: Promise<OpenJob | undefined>
  readonly readAt: number
  state: 'pending' | 'read' | 'failed'
  /** What was read last: before this read until it has ended, and after it when it has failed. */
  last: OpenJob | undefined
}

export interface JobCache {
  /** The job as it was within the last two seconds, or since the read under way began; nothing when there is none. */
  open(jobId: JobId): Promise<OpenJob | undefined>
  /**
   * The job as it is after this call: a message is let go of on no older word, because one that was
   * published since (the job was resumed) would be lost. Calls of one moment share one read.
   */
  openNow(jobId: JobId): Promise<OpenJob | undefined>
}

/**
 * Keeps the jobs that batches belong to, so that a batch costs no read of its job.
 *
 * Entries are promises: a hundred batches of a new job that come at once share one read. After a read that
 * fails, or finds no job, the next message asks again. No message's signal ends a read, because others
 * wait for it too. No read waits for another: where each takes longer than
 * a job is trusted, those that wait would grow in number without an end.
 */
export function createJobCache(
  read: (jobId: JobId, previous: OpenJob | undefined) => Promise<OpenJob | undefined>,
  now: () => number,
): JobCache {
  const entries = new Map<JobId, Entry>()
  const asked = new Map<JobId, Promise<OpenJob | undefined>>()

  return {
    async open(jobId) {
      const known = entries.get(jobId)
      if (known !== undefined && isTrusted(known, now())) return await known.value
      return await readAnew(jobId)
    },
    openNow(jobId) {
      const reading = asked.get(jobId) ?? readNextTurn(jobId)
      asked.set(jobId, reading)
      return reading
    },
  }

  /** Whoever asks until the turn comes has asked before the read begins. */
  async function readNextTurn(jobId: JobId): Promise<OpenJob | undefined> {
    await nextTurn()
    asked.delete(jobId)
    return await readAnew(jobId)
  }

  async function readAnew(jobId: JobId): Promise<OpenJob | undefined> {
    const last = entries.get(jobId)?.last
    // Kept before anything is awaited, so that whoever comes in the meantime shares this read.
    const entry: Entry = { value: read(jobId, last), readAt: now(), state: 'pending', last }
    entries.delete(jobId)
    entries.set(jobId, entry)
    evictOldest(entries)
    try {
      entry.last = await entry.value
      entry.state = 'read'
      evictHeavy(entries)
      if (entry.last === undefined) forget(entries, jobId, entry)
      return entry.last
    } catch (error) {
      entry.state = 'failed'
      throw error
    }
  }
}

const isTrusted = ({ state, readAt }: Entry, at: number): boolean =>
  state === 'pending' || (state === 'read' && at - readAt < limits.jobFreshMs)

function forget(entries: Map<JobId, Entry>, jobId: JobId, entry: Entry): void {
  if (entries.get(jobId) === entry) entries.delete(jobId)
}

/** The one that was read last stays, however many objects it has: it is worked on. */
function evictHeavy(entries: Map<JobId, Entry>): void {
  const sizeOf = ({ last }: Entry): number => last?.dataset.objects.length ?? 0
  let objects = [...entries.values()].reduce((sum, entry) => sum + sizeOf(entry), 0)
  for (const [jobId, entry] of entries) {
    if (objects <= OBJECTS_MAX || entries.size === 1) return
    objects -= sizeOf(entry)
    entries.delete(jobId)
  }
}

function evictOldest(entries: Map<JobId, Entry>): void {
  if (entries.size <= JOBS_MAX) return
  const oldest = entries.keys().next()
  if (oldest.done !== true) entries.delete(oldest.value)
}
