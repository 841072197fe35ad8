import type { RowFailure } from '@millrace/job'
import { createFailureGroups } from './failure-groups.ts'
import type { Decision, Labelled, ReportData, ReportFacts } from './report-data.ts'
import { createSpread } from './score-spread.ts'
import { createTimeline } from './timeline.ts'

/** One recorded batch, as far as the report looks at it. */
export interface ReportBatch {
  /** One a row: NaN where there is no number. */
  readonly scores: Float64Array
  readonly failures: readonly RowFailure[]
  /** The decided class of each row, of a job with several; empty for a row that has none. */
  readonly classes?: readonly string[]
  readonly throttles?: number
  readonly durationMs?: number
  /** Seconds since the epoch; without it the batch is not on the time line. */
  readonly recordedAt?: number
}

export interface ReportCollector {
  add(batch: ReportBatch): void
  /** `labelled` replaces the grid of scores by one that the quality was counted on. */
  finish(facts: Omit<ReportFacts, 'decision'>, labelled?: Labelled): ReportData
}

/** Gathers a report in one pass, in memory that does not grow with the rows. */
export function createReport(decision: Decision): ReportCollector {
  const spread = createSpread(decision.kind === 'binary' ? decision.threshold : undefined)
  const timeline = createTimeline()
  const failures = createFailureGroups()
  const classes = new Map<string, number>()
  const total = { rows: 0, failed: 0, batches: 0, throttles: 0 }
  return {
    add(batch) {
      const rows = batch.scores.length
      total.rows += rows
      total.failed += batch.failures.length
      total.batches += 1
      total.throttles += batch.throttles ?? 0
      spread.add(batch.scores)
      failures.add(batch.failures)
      for (const label of batch.classes ?? []) {
        if (label !== '') classes.set(label, (classes.get(label) ?? 0) + 1)
      }
      const { throttles = 0, durationMs = 0, recordedAt } = batch
      if (recordedAt !== undefined) timeline.add({ rows, throttles, durationMs, recordedAt })
    },
    finish(facts, labelled) {
      const predicted = total.rows - total.failed
      return {
        ...facts,
        decision,
        rows: { total: total.rows, predicted, failed: total.failed },
        batches: total.batches,
        throttles: total.throttles,
        scores: spread.seen(predicted, labelled?.grid),
        classes: ranked(classes),
        timeline: timeline.timeline(),
        failures: failures.groups(),
        ...(labelled === undefined ? {} : { quality: labelled.quality }),
      }
    },
  }
}

/** A page shows a few dozen at most. */
const CLASSES_MAX = 40

function ranked(classes: ReadonlyMap<string, number>): { label: string; rows: number }[] {
  const all = [...classes].map(([label, rows]) => ({ label, rows })).sort((a, b) => b.rows - a.rows)
  const rest = all.slice(CLASSES_MAX).reduce((sum, { rows }) => sum + rows, 0)
  return [...all.slice(0, CLASSES_MAX), ...(rest > 0 ? [{ label: '(others)', rows: rest }] : [])]
}
