import { type Disposition, postponedSeconds } from '@millrace/queue'
import type { Outcome } from './process-batch.ts'

/**
 * What becomes of a message.
 *
 * @param requeues how often the same batch was given back uncharged before.
 */
export function dispositionOf(
  outcome: Outcome,
  requeues: number,
  random: () => number = Math.random,
): Disposition {
  switch (outcome.kind) {
    case 'recorded':
    case 'duplicate':
    case 'stale':
    case 'withheld':
    case 'job_failed':
      return { kind: 'acknowledge' }
    case 'postponed':
      return { kind: 'requeue', delaySeconds: postponedSeconds(requeues, random) }
    case 'released':
      return { kind: 'release' }
    case 'rejected':
      return { kind: 'dead_letter', code: outcome.code, reason: outcome.reason }
    default:
      return outcome satisfies never
  }
}
