import { batchesOf } from '../dataset.ts'
import type { KnownJob } from '../known-job.ts'
import type { Rules } from './rules.ts'
import type { Truth } from './truth.ts'

/**
 * Holds a retry that the producer has refused to what the job below has left, when the run is over. It was asked
 * for because there was something to do; all that may have come between is that consumers of a job that was
 * cancelled, or has failed, recorded what they were at. What is recorded and marked stays so: had it not been there
 * by the end, it was not there by the refusal.
 */
export async function checkRefused(
  truth: Truth,
  { check }: Rules,
  job: KnownJob,
  below: KnownJob,
): Promise<void> {
  for (const batch of batchesOf(job.plan).keys()) {
    const why = await leftToDo(truth, job, below, batch)
    check('a retry is refused for a reason', why === undefined, `${job.token}: ${why}`)
  }
}

/** What a retry would have had to do about a batch. */
async function leftToDo(
  truth: Truth,
  { reasons }: KnownJob,
  below: KnownJob,
  batch: number,
): Promise<string | undefined> {
  if (!truth.hasMark(below, batch)) return `batch ${batch} was not recorded`
  const { failures = [] } = (await truth.partOf(below, batch)) ?? {}
  const wanted = failures.find(({ code }) => reasons?.includes(code) ?? true)
  return wanted && `row ${wanted.row} of batch ${batch} had failed: ${wanted.code}`
}
