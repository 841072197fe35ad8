import {
  JOB_ITEM_UNITS,
  type JobShape,
  publishCalls,
  QUEUE_CALLS,
  readUnitsOf,
  s3Requests,
} from './expect-usage.ts'
import type { Spent } from './spent.ts'
import type { Usage } from './usage.ts'

/** What the parts of a job say of its use, and its plan. */
export interface Recorded {
  readonly rows: number
  readonly batches: number
  readonly objects: number
  readonly inputBytes: number
  readonly predictionBytes: number
  readonly invocations: number
  readonly invocationMs: number
  readonly joins: boolean
  readonly partitions: number
  readonly spent: Spent
}

/** Of how many parts the use was counted; what it was is carried over to the others. */
export interface Counted {
  readonly usage: Usage
  readonly parts: number
  readonly of: number
}

/**
 * What a job has used. Consumers have counted what they did until the last part that each recorded; the
 * few parts at the end are taken to be like those before. What producer and aggregator do follows from
 * the plan. It is the same for whoever reads the same parts.
 */
export function recordedUsage(recorded: Recorded): Counted {
  const { batches, spent, invocations, invocationMs } = recorded
  const share = spent.parts === 0 ? 1 : batches / Math.min(spent.parts, batches)
  const carried = (count: number): number => Math.round(count * share)
  const fair = publishCalls(batches) + carried(spent.calls)
  const shape = shapeOf(recorded, share)
  const seconds = (spent.ms * share) / 1_000
  return {
    parts: spent.parts,
    of: batches,
    usage: {
      invocations,
      endpointSeconds: invocationMs / 1_000,
      endpointBytesIn: carried(spent.sent),
      endpointBytesOut: carried(spent.got),
      sqsRequests: fair + QUEUE_CALLS,
      sqsFairRequests: fair,
      writeUnits: carried(spent.writes) + JOB_ITEM_UNITS,
      readUnits: carried(spent.reads) + readUnitsOf(shape),
      ...s3Requests(shape),
      workerSeconds: seconds,
    },
  }
}

/** As the estimate would see it, as far as the plan's side of the use needs it. */
function shapeOf(recorded: Recorded, share: number): JobShape {
  const { rows, batches, objects, inputBytes, predictionBytes, joins, partitions } = recorded
  const units = batches === 0 ? 0 : (recorded.spent.writes * share) / batches
  return {
    rows,
    batches,
    objects,
    inputBytes,
    rowBytesIn: 0,
    rowBytesOut: rows === 0 ? 0 : predictionBytes / rows,
    partUnits: Math.max(1, Math.round(units - 1)),
    // At the most: a part is written in whole kilobytes.
    partBytes: Math.max(1, units - 1) * 1_024,
    batchSeconds: 0,
    concurrency: 1,
    consumers: 1,
    joins,
    partitions,
  }
}
