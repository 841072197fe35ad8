import { type Batch, type Job, limits, planSegmentOf } from '@millrace/job'

/** Segments kept in memory, of 1,024 batches each. */
const SEGMENTS_MAX = 128

/**
 * Looks batches up in a job's plan, a segment at a time: one read serves a thousand batches.
 *
 * A consumer asks the plan rather than the message, so a message cannot choose what is read. A segment
 * is only ever written with the same bytes, so what was read stays true.
 */
export function createPlanCache(
  readSegment: (job: Job, segment: number) => Promise<readonly Batch[]>,
): (job: Job, batch: number) => Promise<Batch | undefined> {
  const segments = new Map<string, Promise<readonly Batch[]>>()

  return async (job, batch) => {
    // A message may name any number; one beyond the plan must cost no read, and not the job.
    if (job.plan !== undefined && batch >= job.plan.batches) return undefined
    const segment = planSegmentOf(batch)
    const key = `${job.jobId}/${segment}`
    const known = segments.get(key)
    const batches = await (known ?? remember(key, readSegment(job, segment)))
    return batches[batch % limits.planSegmentBatches]
  }

  async function remember(
    key: string,
    reading: Promise<readonly Batch[]>,
  ): Promise<readonly Batch[]> {
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
