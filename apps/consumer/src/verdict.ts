import { InvocationError, type InvocationErrorCode } from '@millrace/invocation'
import { limits, PlanError } from '@millrace/job'
import { LedgerError } from '@millrace/ledger'
import { QueueError } from '@millrace/queue'
import { StorageError } from '@millrace/storage'
import { NoShareError } from './job/no-share-error.ts'
import type { OpenJob } from './job/open-job.ts'
import type { Verdict } from './process-batch.ts'
import type { RowReason } from './score/score-rows.ts'

/** The last attempt decides; what is not the rows' fault or the batch's is never charged to them. */
export function reasonToGiveUp(error: unknown, attempt: number): RowReason | undefined {
  if (!(error instanceof InvocationError)) return undefined
  if (isOutage(error)) return undefined
  if (error.kind !== 'permanent' && attempt < limits.attemptsMax) return undefined
  return { code: error.code, message: error.brief }
}

/**
 * What an error means.
 *
 * | error                                   | verdict  | because                                       |
 * | --------------------------------------- | -------- | --------------------------------------------- |
 * | throttled, unreachable, no such endpoint | wait    | not the batch's fault: it is not charged      |
 * | other consumers have all of the job     | wait     | nor is this                                   |
 * | no credentials, no permission, a wrong clock | postpone | nor this, but this consumer fails at its work |
 * | ledger, S3 or SQS is away               | postpone | as does this                                  |
 * | dataset changed or gone, plan unreadable | fail job | no batch of this job can be read any more    |
 * | dataset refused at the last attempt     | fail job | so S3 says of one that is gone to who may not list its bucket |
 * | anything else                            | release  | another attempt, of a bounded number          |
 */
export function verdictOf(
  error: unknown,
  { dataset }: Pick<OpenJob, 'dataset'>,
  attempt: number,
): Verdict {
  if (error instanceof InvocationError) {
    if (!isOutage(error)) return 'release'
    return OF_THIS_CONSUMER.has(error.code) ? 'postpone' : 'wait'
  }
  if (error instanceof NoShareError) return 'wait'
  if (error instanceof PlanError) return 'fail_job'
  if (error instanceof StorageError) {
    const { code, uri } = error
    if (code === 'object_changed' || code === 'object_missing') return 'fail_job'
    const isRefused = code === 'access_denied' && dataset.objects.some((it) => it.uri === uri)
    if (isRefused && attempt >= limits.attemptsMax) return 'fail_job'
  }
  return isAway(error) ? 'postpone' : 'release'
}

/**
 * The endpoint serves nobody now, or was never asked. An outage may outlast any number of attempts,
 * and crashes and duplicates use attempts up too: it must not become a failure of the batch's rows.
 */
const isOutage = ({ kind, code }: InvocationError): boolean =>
  kind === 'throttle' || kind === 'systemic' || code === 'endpoint_unreachable'

/** What no other endpoint would take either. */
const OF_THIS_CONSUMER: ReadonlySet<InvocationErrorCode> = new Set([
  'access_denied',
  'credentials_missing',
  'credentials_expired',
  'clock_skewed',
  'tls_refused',
])

/** Reading and publishing have tried for seconds by then, recording for minutes. */
export const isAway = (error: unknown): boolean =>
  (error instanceof LedgerError || error instanceof StorageError || error instanceof QueueError) &&
  error.isOutage
