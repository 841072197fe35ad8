import type { JobId } from './job-id.ts'
import type { JobSpec } from './job-spec.ts'
import type { JobState } from './job-state.ts'

/** A job as the ledger keeps it. */
export interface Job {
  readonly jobId: JobId
  readonly clientToken: string
  readonly spec: JobSpec
  /** SHA-256 of what its first request asked for, before defaults filled it in; unknown where it came without one. */
  readonly asked?: string
  readonly state: JobState
  /** Over how many partitions of the ledger the job's parts are spread. */
  readonly partitions: number
  /** Seconds since the epoch. */
  readonly createdAt: number
  /** Known once the dataset is pinned: what every later read is held to. */
  readonly dataset?: DatasetPin
  /** Known once the plan is whole. Until then batches are already published and invoked. */
  readonly plan?: PlanTotals
  /** Known with the plan, where rows of the dataset were tried before it. */
  readonly preflight?: Preflight
  /**
   * How many numbers most of the first rows were answered with, from 2: known before any batch is published, where a
   * multi-class decision names no labels. A row with another number has failed.
   */
  readonly classes?: number
  /** When the producer was last at a job that takes long to be planned, and why: see `Postponed`. */
  readonly postponed?: Postponed
  /** Why batches of the job were given back undone, by no fault of theirs, and when that was noted last. */
  readonly waits?: Postponed
  /** Why the last attempt to plan the job has failed, where another one follows. */
  readonly failedAttempt?: Postponed
  /** Why the job failed, for a job in state `failed`. */
  readonly failure?: JobFailure
  readonly startedAt?: number
  readonly endedAt?: number
  /** From when on the job and all that the ledger holds of it no longer count; never when absent. */
  readonly expiresAt?: number
  /** What was changed since the job was submitted; it stands above the spec. */
  readonly adjusted?: Adjustment
  /** For a retry: what it retries. */
  readonly retryOf?: RetryOf
  /** The retry of this job, once there is one; the first one stays, so retries form a line. */
  readonly retriedBy?: JobId
}

/** What a retry invokes again, and what it stands on. */
export interface RetryOf {
  /** The job of which it is a retry. */
  readonly jobId: JobId
  /** Codes of the row failures that are invoked again; all of them when absent. */
  readonly reasons?: readonly string[]
  /**
   * Whose parts lie below its own, the newest first: `jobId`, the job that that one retried, and so on.
   * At most `limits.retryLayersMax`.
   */
  readonly layers: readonly JobId[]
}

/** What may be changed about a job that has not ended. */
export interface Adjustment {
  /** Invocations of the job in flight at most, over all consumers together; from 1. */
  readonly concurrencyMax?: number
  readonly tolerance?: Tolerance
  /** When it is to have ended, in seconds since the epoch. */
  readonly deadline?: number
}

/** How many rows may fail before the job does; no limit where none is named. */
export type Tolerance = JobSpec['tolerance']

/** Why a job failed, in a closed code for programs and a sentence for people. */
export interface JobFailure {
  readonly code: string
  readonly message: string
}

/** The dataset as it was when the job was planned. */
export interface DatasetPin {
  /** SHA-256 of the pinned dataset's document, which names each object with its version. */
  readonly digest: string
  readonly objects: number
  readonly bytes: number
}

/** What the endpoint did with the first rows: what there is to expect of the others. */
export interface Preflight {
  /** Rows that were answered, by one invocation. */
  readonly rows: number
  readonly latencyMs: number
  readonly bytesSent: number
  readonly bytesAnswered: number
}

/**
 * A look at a job whose endpoint is away, or has no room for its rows; before the job has a dataset, a note that this is
 * still being decompressed.
 */
export interface Postponed {
  /** Seconds since the epoch. */
  readonly at: number
  readonly reason: string
}

export interface PlanTotals {
  readonly batches: number
  readonly rows: number
}

/** One object of a dataset, held to the version seen when the job was planned. */
export interface PinnedObject {
  readonly uri: string
  readonly bytes: number
  /** An S3 version id or ETag; for a file its size, change time and inode. */
  readonly version: string
  /** What these bytes were decompressed from; `uri` is then a copy of the job's own. */
  readonly source?: PinnedSource
}

export type PinnedSource = Omit<PinnedObject, 'source'>

/** The object as the job names it: itself, or what it was decompressed from. */
export const sourceOf = (object: PinnedObject): PinnedSource => object.source ?? object

/** The document that a `DatasetPin` is the digest of; written once beside the plan. */
export interface PinnedDataset {
  readonly objects: readonly PinnedObject[]
  /** True when each object begins with a header row. */
  readonly header: boolean
  /** Column names from the header, when there is one. */
  readonly columns?: readonly string[]
  /** Fields of a row; a row with another number is a row failure. */
  readonly width: number
}
