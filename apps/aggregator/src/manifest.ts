import type { Job, JobSpec, PinnedDataset, RowFailure } from '@millrace/job'

/** A file of the result, as it was written. */
export interface OutputFile {
  readonly uri: string
  readonly bytes: number
  readonly sha256: string
}

/** The proof that goes with a result: what came in, what came out, and by which endpoint. */
export interface Manifest {
  readonly version: 1
  readonly jobId: string
  readonly state: 'succeeded' | 'succeeded_with_failures'
  readonly rows: {
    readonly total: number
    readonly predicted: number
    readonly failed: number
    readonly failedByCode: Readonly<Record<string, number>>
  }
  readonly batches: number
  /** Counted over the recorded parts; an attempt that died before it recorded is not among them. */
  readonly invocations: number
  readonly throttles: number
  /** The production variants that answered, with the batches that each answered. */
  readonly variants: Readonly<Record<string, number>>
  /** True when more than one variant answered: rows of this result came from different models. */
  readonly variantChanged: boolean
  readonly dataset: PinnedDataset
  readonly spec: JobSpec
  readonly outputs: readonly OutputFile[]
  /** Seconds since the epoch. */
  readonly createdAt: number
  readonly endedAt: number
}

/** What the parts add up to. */
export class Tally {
  rows = 0
  batches = 0
  failedRows = 0
  invocations = 0
  throttles = 0
  readonly failedByCode: Record<string, number> = {}
  readonly variants: Record<string, number> = {}

  add(part: {
    readonly rows: { readonly start: number; readonly end: number }
    readonly failures: readonly RowFailure[]
    readonly invocations: number
    readonly throttles: number
    readonly variant?: string
  }): void {
    this.rows += part.rows.end - part.rows.start
    this.batches += 1
    this.failedRows += part.failures.length
    this.invocations += part.invocations
    this.throttles += part.throttles
    for (const { code } of part.failures) {
      this.failedByCode[code] = (this.failedByCode[code] ?? 0) + 1
    }
    if (part.variant !== undefined) {
      this.variants[part.variant] = (this.variants[part.variant] ?? 0) + 1
    }
  }
}

export function manifestOf(
  job: Job,
  dataset: PinnedDataset,
  tally: Tally,
  outputs: readonly OutputFile[],
  now: number,
): Manifest {
  return {
    version: 1,
    jobId: job.jobId,
    state: tally.failedRows === 0 ? 'succeeded' : 'succeeded_with_failures',
    rows: {
      total: tally.rows,
      predicted: tally.rows - tally.failedRows,
      failed: tally.failedRows,
      failedByCode: tally.failedByCode,
    },
    batches: tally.batches,
    invocations: tally.invocations,
    throttles: tally.throttles,
    variants: tally.variants,
    variantChanged: Object.keys(tally.variants).length > 1,
    dataset,
    spec: job.spec,
    outputs,
    createdAt: job.createdAt,
    endedAt: now,
  }
}
