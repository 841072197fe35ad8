import type { Job } from './job.ts'
import type { JobId } from './job-id.ts'
import type { JobRequest, RetryRequest } from './job-request.ts'

/*
 * A retry keeps the plan of the job that it retries, and records a part only where it invokes rows
 * again. What it does not record is that of the job below:
 *
 *     retry 2   ·  ·  ·  7'' ·       of each batch the newest part counts:
 *     retry 1   ·  3' ·  7'  ·  ──▶  0  3' 5  7'' 9
 *     job       0  3  5  7   9
 */

/** The jobs whose parts make up a job's predictions, the newest first; most jobs have but their own. */
export const layersOf = ({ jobId, retryOf }: Pick<Job, 'jobId' | 'retryOf'>): readonly JobId[] =>
  retryOf === undefined ? [jobId] : [jobId, ...retryOf.layers]

/** True when a retry is to invoke a row again that failed for this reason. */
export const isWanted = ({ reasons }: Pick<RetryRequest, 'reasons'>, code: string): boolean =>
  reasons === undefined || reasons.includes(code)

/** The request that a job was made by: asks the producer to look at it again. */
export function requestOf({ clientToken, spec, retryOf }: Job): JobRequest {
  if (retryOf === undefined) return { clientToken, spec }
  const { jobId, reasons } = retryOf
  return { clientToken, spec, retryOf: { jobId, ...(reasons === undefined ? {} : { reasons }) } }
}
