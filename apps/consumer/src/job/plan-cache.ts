import { type Batch, type Job, limits, PlanError, planSegmentOf } from '@millrace/job'

/** Segments kept in memory, of 1,024 batches each. */
const SEGMENTS_MAX = 128

/**
 * Looks batches up in a job's plan, a segment at a time: one read serves a thousand batches.
 *
 * A consumer asks the plan rather than the message, so a message cannot choose what is read. A segment
 * is only ever written with the same bytes, so what was read stays true.
 *
 * While a plan grows, a segment that is not there is one of which no batch was published: a message
 * that names it lies, and must not cost the job. Of a whole plan it is the job that cannot go on. Only
 * a read that began after the message came tells this: one that it shares may be older than the plan.
 *
 * @throws {PlanError} when a segment of a whole plan is missing, or one is cut.
 */
export function createPlanCache(
  readSegment: (job: Job, segment: number) => Promise<readonly Batch[] | undefined>,
): (job: Job, batch: number) => Promise<Batch | undefined> {
  const segments = new Map<string, Promise<readonly Batch[] | undefined>>()

  return async function planned(job, batch): Promise<Batch | undefined> {
    // A message may name any number; one beyond the plan must cost no read, and not the job.
    if (job.plan !== undefined && batch >= job.plan.batches) return undefined
    const segment = planSegmentOf(batch)
    const key = `${job.jobId}/${segment}`
    const known = segments.get(key)
    const batches = await (known ?? remember(key, readSegment(job, segment)))
    if (batches !== undefined) return batches[batch % limits.planSegmentBatches]
    segments.delete(key)
    if (known !== undefined) return await planned(job, batch)
    if (job.plan === undefined) return undefined
    throw new PlanError(`plan of job ${job.jobId}: segment ${segment} is missing`)
  }

  async function remember(
    key: string,
    reading: Promise<readonly Batch[] | undefined>,
  ): Promise<readonly Batch[] | undefined> {
    segments.set(key, reading)
    const oldest = segments.keys().next()
    if (segments.size > SEGMENTS_MAX && oldest.done !== true) segments.delete(oldest.value)
    try {
      return await reading
    } catch (error) {
      segments.delete(key)
      throw error
    }
  }
}
