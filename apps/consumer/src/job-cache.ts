import type { BatchMessage, JobId } from '@millrace/job'
import type { OpenJob } from './process-batch.ts'

/** How long a job's state is trusted: pause, cancel and failure reach a consumer within this. */
const FRESH_MS = 2_000
/** Jobs kept in memory; a job costs its dataset's list of objects. */
const JOBS_MAX = 64

interface Entry {
  readonly value: Promise<OpenJob | undefined>
  readonly readAt: number
}

/**
 * Keeps the jobs that batches belong to, so that a batch costs no read of its job.
 *
 * Entries are promises: a hundred batches of a new job that come at once share one read. A read that
 * fails, or finds no job, is forgotten, so that the next message asks again. No message's signal
 * ends a read, because others wait for it too.
 */
export function createJobCache(
  read: (jobId: JobId, previous: OpenJob | undefined) => Promise<OpenJob | undefined>,
  now: () => number,
): (message: BatchMessage) => Promise<OpenJob | undefined> {
  const entries = new Map<JobId, Entry>()

  return async ({ jobId }) => {
    const known = entries.get(jobId)
    if (known !== undefined && now() - known.readAt < FRESH_MS) return await known.value

    // Kept before anything is awaited, so that whoever comes in the meantime shares this read.
    const entry: Entry = { value: readAfter(known, jobId), readAt: now() }
    entries.delete(jobId)
    entries.set(jobId, entry)
    evictOldest(entries)
    try {
      const open = await entry.value
      if (open === undefined) forget(entries, jobId, entry)
      return open
    } catch (error) {
      forget(entries, jobId, entry)
      throw error
    }
  }

  async function readAfter(known: Entry | undefined, jobId: JobId): Promise<OpenJob | undefined> {
    return await read(jobId, await known?.value.catch(() => undefined))
  }
}

function forget(entries: Map<JobId, Entry>, jobId: JobId, entry: Entry): void {
  if (entries.get(jobId) === entry) entries.delete(jobId)
}

function evictOldest(entries: Map<JobId, Entry>): void {
  if (entries.size <= JOBS_MAX) return
  const oldest = entries.keys().next()
  if (oldest.done !== true) entries.delete(oldest.value)
}
