import type { Job, JobSpec, PinnedDataset, ResultManifest } from '@millrace/job'
import type { Cost } from './cost.ts'
import { historyOf, type LayerHistory } from '../account/history.ts'
import type { Tally } from '../account/tally.ts'
import { millraceVersion } from './version.ts'
import type { OutputFile } from './writer.ts'

/** As it is published, in `contracts/manifest.schema.json`. */
export type Manifest = ResultManifest & { readonly spec: JobSpec }

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
