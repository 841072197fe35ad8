import type { Disposition } from '@millrace/queue'
import type { PlanOutcome } from './plan-job.ts'

/** The endpoint is away, or has no room for a job's first rows: other jobs are looked at meanwhile. */
const POSTPONED_SECONDS = 5

/** What happens to a message, by what became of the requests in it: one, or those of an S3 event. */
export function dispositionOf(outcomes: readonly PlanOutcome[]): Disposition {
  // Once more for all of them: each names its job, so none is planned twice.
  if (outcomes.some(({ kind }) => kind === 'postponed')) {
    return { kind: 'requeue', delaySeconds: POSTPONED_SECONDS }
  }
  const refusals = outcomes.filter((outcome) => outcome.kind === 'refused')
  return refusals.length > 0
    ? {
        kind: 'dead_letter',
        code: 'request_refused',
        reason: refusals.map(({ reason }) => reason).join('; '),
      }
    : { kind: 'acknowledge' }
}
