import { type BatchMessage, limits } from '@millrace/job'
import type { Logger, Metrics } from '@millrace/service'
import type { Outcome } from './process-batch.ts'

export interface Attempt {
  readonly batch: BatchMessage
  readonly attempt: number
  readonly messageId: string
  /** From the beginning of the attempt to its outcome. */
  readonly durationMs: number
  /** When the attempt is traced. */
  readonly traceId?: string | undefined
}

/** One log line for each outcome of an attempt, and its metrics. */
export function reportOutcome(
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
  { batch, attempt, messageId, durationMs, traceId }: Attempt,
  outcome: Outcome,
): void {
  const { kind } = outcome
  metrics.count('millrace.batches', 1, kind)
  metrics.measure('millrace.batch.duration', durationMs / 1_000)
  if (kind === 'recorded') {
    const { rows, failedRows, bisections, retried } = outcome.part
    // What a retry has taken over was counted when it was invoked.
    const { rows: answered, mended } = retried ?? { rows, mended: rows - failedRows }
    metrics.count('millrace.rows.predicted', mended)
    metrics.count('millrace.rows.failed', answered - mended)
    metrics.count('millrace.bisections', bisections)
  }
  if (kind === 'postponed' && outcome.isFailed) metrics.count('millrace.attempts.failed', 1)
  const facts = {
    jobId: batch.jobId,
    batch: batch.batch,
    attempt,
    attemptsMax: limits.attemptsMax,
    durationMs: Math.round(durationMs),
    outcome: kind,
    ...(traceId !== undefined && { traceId }),
  }
  const { level, more } = detailsOf(outcome)
  // Who looks for a message that was set aside has its id; what went well nobody looks for.
  const message = level === 'warn' ? { messageId } : {}
  logger[level]({ ...facts, ...message, ...more }, 'batch done')
}

function detailsOf(outcome: Outcome): { level: 'info' | 'warn'; more: object } {
  switch (outcome.kind) {
    case 'recorded': {
      const { durationMs: invocationMs, retried, ...part } = outcome.part
      const again = retried && { retriedRows: retried.rows, mendedRows: retried.mended }
      const more = { ...part, ...again, invocationMs: Math.round(invocationMs) }
      return { level: 'info', more }
    }
    case 'duplicate':
    case 'stale':
    case 'withheld':
      return { level: 'info', more: {} }
    case 'released':
    case 'job_failed':
      return { level: 'warn', more: { error: outcome.reason } }
    case 'postponed':
      return { level: 'warn', more: { reason: outcome.reason } }
    case 'rejected':
      return { level: 'warn', more: { code: outcome.code, reason: outcome.reason } }
    default:
      return outcome satisfies never
  }
}
