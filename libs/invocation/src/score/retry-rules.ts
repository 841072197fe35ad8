import { limits } from '@millrace/job'
import type { InvocationErrorCode } from '../invoke/invocation-error.ts'

/** What is done about a fault of a piece of a batch. */
export interface RetryRule {
  /**
   * Repetitions of the same piece for this fault; unbounded ones end with the batch's deadline. Each code
   * is counted for itself: what an endpoint throttles for minutes must not use up what a cut body is given.
   */
  readonly retries: number
  /** The longest the first wait may be; it doubles with each retry. */
  readonly delayStartMs: number
  readonly delayMaxMs: number
  /**
   * What happens when the retries are spent. `ask` is to throw where the endpoint has answered somebody
   * meanwhile; else other rows are asked first, for no row is at fault where nobody is answered.
   */
  readonly next: 'throw' | 'ask' | 'bisect' | 'halve'
}

const at = (
  retries: number,
  next: RetryRule['next'],
  delayStartMs = 100,
  delayMaxMs = 10_000,
): RetryRule => ({ retries, delayStartMs, delayMaxMs, next })

const untilDeadline = Number.POSITIVE_INFINITY

/** Total over the codes: what is repeated, how long it waits, and what follows. */
export const retryRules: Readonly<Record<InvocationErrorCode, RetryRule>> = {
  // The limiter paces throttles; the wait only keeps this batch from being the next one throttled.
  endpoint_throttled: at(untilDeadline, 'throw', 50, 5_000),
  worker_unavailable: at(untilDeadline, 'throw', 50, 5_000),
  model_not_ready: at(untilDeadline, 'throw', 5_000, 30_000),
  endpoint_outage: at(0, 'throw'),
  endpoint_unavailable: at(limits.invocationRetriesMax, 'ask'),
  endpoint_unreachable: at(limits.invocationRetriesMax, 'throw'),
  connection_failed: at(limits.invocationRetriesMax, 'ask'),
  unknown: at(limits.invocationRetriesMax, 'throw'),
  // One row may crash the model each time.
  model_failed: at(2, 'bisect'),
  // A cut body or a lost line passes; a row that has no answer does not.
  response_malformed: at(2, 'bisect'),
  rows_rejected: at(0, 'bisect'),
  invocation_timed_out: at(0, 'halve'),
  payload_too_large: at(0, 'halve'),
  batch_rejected: at(0, 'throw'),
  predictions_too_large: at(0, 'throw'),
  endpoint_not_found: at(0, 'throw'),
  request_refused: at(0, 'throw'),
  access_denied: at(0, 'throw'),
  credentials_missing: at(0, 'throw'),
  credentials_expired: at(0, 'throw'),
  clock_skewed: at(0, 'throw'),
  tls_refused: at(0, 'throw'),
}

/**
 * Full jitter: anything up to the doubled wait, so that batches refused together do not return
 * together. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs(
  rule: Pick<RetryRule, 'delayStartMs' | 'delayMaxMs'>,
  retry: number,
  random: number,
): number {
  return random * Math.min(rule.delayMaxMs, rule.delayStartMs * 2 ** retry)
}
