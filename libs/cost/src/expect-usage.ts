import { limits } from '@millrace/job'
import type { Usage } from './usage.ts'

/** What is known of a job before it runs: its plan, and one probe of the endpoint. */
export interface JobShape {
  readonly rows: number
  readonly batches: number
  readonly objects: number
  /** Of the dataset as it is cut. */
  readonly inputBytes: number
  /** Sent and answered for one row. */
  readonly rowBytesIn: number
  readonly rowBytesOut: number
  /** Write units of one part as it will be stored. */
  readonly partUnits: number
  readonly partBytes: number
  /** How long one invocation takes. */
  readonly batchSeconds: number
  /** Invocations in flight, over all consumers together. */
  readonly concurrency: number
  readonly consumers: number
  /** The result has columns of the input, which is read again for them. */
  readonly joins: boolean
  readonly partitions: number
}

export interface Expected {
  readonly usage: Usage
  /** From the first invocation to the last. */
  readonly seconds: number
}

/** A poll of a queue that has messages, and a write of the ledger, within a region. */
const POLL_SECONDS = 0.01
const WRITE_SECONDS = 0.005
/** How long an acknowledgement waits for company (`libs/queue`). */
const ACKNOWLEDGE_SECONDS = 0.05
const ENTRIES_MAX = 10
/** Bytes of one request in `libs/storage`. */
const READ_BYTES = 8 * 1024 * 1024
const READ_UNIT_BYTES = 4 * 1024
/** Input that the aggregator reads at once for a joined result: of so many batches at most. */
const JOIN_READ_BYTES = 1024 * 1024
const JOIN_READ_BATCHES = 32

/*
 * The job's own queues and items, whatever its size: one job request, two completions, each published,
 * received and deleted; the job item, written when it is created, pinned, sealed, claimed and ended, at
 * about a kilobyte for itself and as much for each of two indexes.
 */
export const QUEUE_CALLS = 9
export const JOB_ITEM_UNITS = 5 * 3
const JOB_ITEM_READS = 8
/** Of a consumer that begins a job, beside a look at it every two seconds. */
const FIRST_LOOKS = 2
const LOOK_SECONDS = 2
/**
 * What lies under the names of errors, result, report and manifest is looked at before they are written. Whose the
 * manifest is, is read before the job is planned and before its result is written, for which it is looked at; and
 * whether it is another one by then, before each that is written. Where none has failed what lies there as errors is
 * looked at once more, to see whether it is ours. Errors, report and manifest are looked at afterwards.
 */
const RESULT_LOOKS = 4 + 3 + 4 + 3

/**
 * What a job will use, by what producer, consumers and aggregator do for each batch.
 *
 * Each slot that ends polls for its next message, acknowledges the last one and marks its progress. The
 * calls of slots that end within the time of such a call go together, so a call carries one message
 * when the endpoint is slow, and up to ten when it is fast: with `n` ends expected within the time of a
 * call, n + e^-n of them.
 */
export function expectUsage(shape: JobShape): Expected {
  const { rows, batches, concurrency, batchSeconds, consumers } = shape
  const busy = Math.min(concurrency, batches)
  const seconds = (batches * batchSeconds) / Math.max(1, busy)
  const fair = fairRequests(shape, busy)
  const invocations = batches
  const looks = consumers * (FIRST_LOOKS + seconds / LOOK_SECONDS)
  return {
    seconds,
    usage: {
      invocations,
      endpointSeconds: invocations * batchSeconds,
      endpointBytesIn: rows * shape.rowBytesIn,
      endpointBytesOut: rows * shape.rowBytesOut,
      sqsRequests: Math.round(fair + QUEUE_CALLS),
      sqsFairRequests: Math.round(fair),
      writeUnits: writeUnitsOf(shape, busy),
      readUnits: Math.round(readUnitsOf(shape) + looks),
      ...s3Requests(shape),
      workerSeconds: seconds * consumers,
    },
  }
}

/** How many of a worker's batches end in a second. */
const endsOf = ({ batchSeconds, consumers }: JobShape, busy: number): number =>
  busy / consumers / Math.max(batchSeconds, 0.001)

/** Of random ends, how many go together with one that begins a call of this length. */
const together = (ends: number): number => ends + Math.exp(-ends)

function fairRequests(shape: JobShape, busy: number): number {
  const { batches, consumers } = shape
  const ends = endsOf(shape, busy)
  const received = Math.min(ENTRIES_MAX, together(ends * POLL_SECONDS))
  // The first messages of a consumer come as many at once as there is room for.
  const first = consumers * Math.ceil(busy / consumers / ENTRIES_MAX)
  const deleted = Math.min(ENTRIES_MAX, 1 + ends * ACKNOWLEDGE_SECONDS)
  return publishCalls(batches) + first + (batches - busy) / received + batches / deleted
}

export const publishCalls = (batches: number): number => Math.ceil(batches / ENTRIES_MAX)

/** Each batch has its part and its mark; a full item of progress marks itself one level up. */
function writeUnitsOf(shape: JobShape, busy: number): number {
  const { batches, partUnits } = shape
  const marks = batches / together(endsOf(shape, busy) * WRITE_SECONDS)
  const upwards = batches / limits.progressFanOut
  return Math.round(batches * partUnits + marks + upwards + JOB_ITEM_UNITS)
}

/** Of producer and aggregator, which reads every part once: what it reads of a partition is rounded up. */
export function readUnitsOf({ batches, partBytes, partitions }: JobShape): number {
  const used = Math.max(1, Math.min(partitions, batches))
  const parts = used * Math.ceil(((batches / used) * partBytes) / READ_UNIT_BYTES)
  const progress = Math.ceil(batches / limits.progressFanOut)
  return parts + progress + JOB_ITEM_READS
}

export function s3Requests(shape: JobShape): Pick<Usage, 's3Reads' | 's3Writes'> {
  const { batches, objects, inputBytes, consumers, joins, rows } = shape
  const segments = Math.ceil(batches / limits.planSegmentBatches)
  const scanned = Math.max(objects, Math.ceil(inputBytes / READ_BYTES))
  const documents = (consumers + 1) * (segments + 1)
  const resultBytes = rows * (shape.rowBytesOut + 2) + (joins ? inputBytes : 0)
  const pieces = Math.ceil(resultBytes / READ_BYTES)
  return {
    s3Reads:
      batches + scanned + 2 + objects + documents + RESULT_LOOKS + (joins ? joinReads(shape) : 0),
    // Pinned dataset and plan; the result in pieces; report and manifest.
    s3Writes: 1 + segments + (pieces > 1 ? pieces + 2 : 1) + 2,
  }
}

/** Whole batches of one object go together. */
function joinReads({ batches, objects, inputBytes }: JobShape): number {
  const fitting = Math.floor((JOIN_READ_BYTES * batches) / Math.max(1, inputBytes))
  const atOnce = Math.min(JOIN_READ_BATCHES, Math.max(1, fitting))
  return Math.max(objects, Math.ceil(batches / atOnce))
}
