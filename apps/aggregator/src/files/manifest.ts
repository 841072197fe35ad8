import type { Job, JobSpec, PinnedDataset } from '@millrace/job'
import type { Cost } from './cost.ts'
import { historyOf, type LayerHistory } from '../account/history.ts'
import type { Tally } from '../account/tally.ts'
import { millraceVersion } from './version.ts'
import type { OutputFile } from './writer.ts'

/** The proof that goes with a result: what came in, what came out, and by which endpoint. */
export interface Manifest {
  readonly version: 1
  /** The version of Millrace that wrote the result. */
  readonly millrace: string
  readonly jobId: string
  /** Names the export, in the manifest of a result that was made again from the predictions. */
  readonly exportId?: string
  readonly state: 'succeeded' | 'succeeded_with_failures'
  readonly rows: {
    readonly total: number
    readonly predicted: number
    readonly failed: number
    readonly failedByCode: Readonly<Record<string, number>>
  }
  readonly batches: number
  /** Deliveries of messages that recorded a part, the first of each included. */
  readonly attempts: number
  /** Counted over the recorded parts, in a retry those of the jobs below too; an attempt that died before it recorded is not among them. */
  readonly invocations: number
  readonly throttles: number
  /** The sum over the batches, in milliseconds: that of one worker after the other. */
  readonly invocationMs: number
  readonly bytes: { readonly input: number; readonly predictions: number; readonly output: number }
  readonly endpoint: JobSpec['endpoint']
  /** The production variants that answered, with the batches that each answered. */
  readonly variants: Readonly<Record<string, number>>
  /** True when more than one variant or endpoint answered: rows of this result came from different models. */
  readonly variantChanged: boolean
  readonly dataset: PinnedDataset & {
    /** Of the pinned dataset's document, as in the ledger. */
    readonly digest: string
    /** SHA-256 over the SHA-256 (hexadecimal) of each batch's bytes, in order of the batches. */
    readonly sha256OfBatches: string
  }
  readonly spec: JobSpec
  /** In the manifest of a retry: what each job has done for this result, the first one first. */
  readonly history?: readonly LayerHistory[]
  readonly outputs: readonly OutputFile[]
  /** What the job has used of AWS, and its price. An export, which invokes nothing, has none;
   * what a retry stands on is on the bill of the job that did it. */
  readonly cost?: Cost
  /** Seconds since the epoch. None of them is the time of writing: a result written again is the same. */
  readonly times: {
    readonly created: number
    readonly started?: number
    readonly firstRecorded?: number
    readonly lastRecorded?: number
  }
}

/** What a manifest vouches for. `spec` is the job's, or that of an export. */
export interface Written {
  readonly job: Job
  readonly spec: JobSpec
  readonly exportId?: string | undefined
  /** The jobs that a retry stands on, the newest first. */
  readonly below?: readonly Job[]
  readonly dataset: PinnedDataset
  readonly tally: Tally
  readonly outputs: readonly OutputFile[]
  readonly cost?: Cost | undefined
}

export function manifestOf(written: Written): Manifest {
  const { job, spec, exportId, below = [], dataset, tally, outputs, cost } = written
  const history = historyOf(job, below, tally.layers)
  const endpoints = history.filter(({ rows }) => rows.predicted > 0).map(endpointOf)
  return {
    version: 1,
    millrace: millraceVersion,
    jobId: job.jobId,
    ...(exportId === undefined ? {} : { exportId }),
    state: tally.failedRows === 0 ? 'succeeded' : 'succeeded_with_failures',
    rows: {
      total: tally.rows,
      predicted: tally.rows - tally.failedRows,
      failed: tally.failedRows,
      failedByCode: tally.failedByCode,
    },
    batches: tally.batches,
    attempts: tally.attempts,
    invocations: tally.invocations,
    throttles: tally.throttles,
    invocationMs: tally.durationMs,
    bytes: {
      input: tally.inputBytes,
      predictions: tally.predictionBytes,
      output: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    endpoint: spec.endpoint,
    variants: tally.variants,
    variantChanged: Object.keys(tally.variants).length > 1 || new Set(endpoints).size > 1,
    dataset: {
      ...dataset,
      digest: job.dataset?.digest ?? '',
      sha256OfBatches: tally.sha256OfBatches,
    },
    spec,
    ...(below.length === 0 ? {} : { history }),
    outputs,
    ...(cost === undefined ? {} : { cost }),
    times: {
      created: job.createdAt,
      ...(job.startedAt === undefined ? {} : { started: job.startedAt }),
      ...(tally.recordedAt === undefined
        ? {}
        : { firstRecorded: tally.recordedAt.first, lastRecorded: tally.recordedAt.last }),
    },
  }
}

const endpointOf = ({ endpoint }: LayerHistory): string =>
  [endpoint.name, endpoint.variant, endpoint.model, endpoint.inferenceComponent].join(' ')
