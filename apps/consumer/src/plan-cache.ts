import { type Batch, type Job, limits, planSegmentOf } from '@millrace/job'

/** Segments kept in memory, of 1,024 batches each. */
const SEGMENTS_MAX = 128

/**
 * Looks batches up in a job's plan, a segment at a time: one read serves a thousand batches.
 *
 * A consumer asks the plan rather than the message, so a message cannot choose what is read.
 */
export function createPlanCache(
  readSegment: (job: Job, segment: number) => Promise<readonly Batch[]>,
): (job: Job, batch: number) => Promise<Batch | undefined> {
  const segments = new Map<string, Promise<readonly Batch[]>>()

  return async (job, batch) => {
    const segment = planSegmentOf(batch)
    const key = `${job.jobId}/${segment}`
    const known = segments.get(key)
    const batches = await (known ?? remember(key, readSegment(job, segment)))
    const found = batches[batch % limits.planSegmentBatches]
    // A retried plan may have grown a segment that was short when it was read.
    if (found === undefined) segments.delete(key)
    return found
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
