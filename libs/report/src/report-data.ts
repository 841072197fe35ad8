import type { FailureGroup } from './failure-groups.ts'
import type { BinaryQuality } from './labelled-scores.ts'
import type { MulticlassQuality } from './multiclass-quality.ts'
import type { RegressionQuality } from './regression-quality.ts'
import type { Grid } from './score-grid.ts'
import type { Timeline } from './timeline.ts'

/** All that a report page shows; it is embedded in the page as JSON. Times are epoch seconds. */
export interface ReportData extends ReportFacts {
  readonly rows: { readonly total: number; readonly predicted: number; readonly failed: number }
  readonly batches: number
  readonly throttles: number
  readonly scores: ScoresSeen
  /** Of a job with several classes: rows of each, the most frequent first. */
  readonly classes: readonly { readonly label: string; readonly rows: number }[]
  readonly timeline: Timeline
  readonly failures: readonly FailureGroup[]
  readonly quality?: Quality
}

export type Quality = BinaryQuality | MulticlassQuality | RegressionQuality

/** What labels told: the quality, and the grid of scores that it was counted on. */
export interface Labelled {
  readonly grid?: Grid
  readonly quality: Quality
}

/** What is known of the job beside its rows. */
export interface ReportFacts {
  readonly jobId: string
  /** The job that this one retries; most rows are then older than it. */
  readonly retryOf?: string
  readonly state: string
  readonly endpoint: string
  readonly variants: Readonly<Record<string, number>>
  readonly dataset: string
  readonly decision: Decision
  readonly invocations: number
  readonly createdAt: number
  readonly startedAt?: number
  readonly endedAt: number
  /** What the job has cost on AWS, or would have; dollars. */
  readonly cost?: {
    readonly total: number
    readonly perMillionRows: number
    readonly region: string
  }
  readonly outputs: readonly {
    readonly name: string
    readonly bytes: number
    readonly sha256: string
  }[]
}

export interface Decision {
  readonly kind: 'binary' | 'multiclass' | 'none'
  readonly threshold: number
  /** From below the threshold to above it; or by index. */
  readonly labels: readonly string[]
}

export interface ScoresSeen {
  readonly grid: Grid
  /** Rows that have a score: of a job with several classes the winner's. */
  readonly count: number
  /** Predictions that are no number, `nan` among them. */
  readonly notNumbers: number
  readonly min: number
  readonly max: number
  readonly mean: number
}
