import { type Job, type JobId, limits } from '@millrace/job'
import type { Ledger } from '../table/ledger.ts'
import { readJob } from './read-job.ts'

/** The newest retry of a job, or the job itself when it was never retried; nothing when there is none. */
export async function readNewestJob(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): Promise<Job | undefined> {
  let newest = await readJob(ledger, jobId, signal)
  for (let hops = 0; newest?.retriedBy !== undefined && hops < limits.retryLayersMax; hops += 1) {
    const next = await readJob(ledger, newest.retriedBy, signal)
    if (next === undefined) return newest
    newest = next
  }
  return newest
}
