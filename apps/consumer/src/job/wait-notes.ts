import { type Endpoint, InvocationError } from '@millrace/invocation'
import type { Job, JobId } from '@millrace/job'
import { LedgerError } from '@millrace/ledger'
import { NoShareError } from './no-share-error.ts'

export interface Deps {
  /** How an endpoint has failed last: that it is gone says nothing of why. */
  faultOf(endpoint: Endpoint): InvocationError | undefined
  note(jobId: JobId, reason: string): Promise<void>
  onError(error: unknown, jobId: JobId): void
  now(): number
  epochSeconds(): number
}

/** A batch of the job is given back undone, for this reason. Returns at once. */
export type WaitNotes = (job: Job, reason: Error) => void

/** Each of many batches is given back every few seconds while an endpoint is away. */
const EVERY_SECONDS = 60

/**
 * Notes in the ledger why batches of a job wait, for who asks why it stands still: at most once a minute of each job.
 * That other consumers have all of its share is no standing still, and of a ledger that is away it cannot be told.
 */
export function createWaitNotes(deps: Deps): WaitNotes {
  const { note, onError, now, epochSeconds } = deps
  const noted = new Map<JobId, number>()
  return ({ jobId, spec, waits }, reason) => {
    if (reason instanceof NoShareError || reason instanceof LedgerError) return
    // Another consumer was there first: a fleet writes no more notes than one.
    if (waits !== undefined && epochSeconds() - waits.at < EVERY_SECONDS) return
    const at = now()
    for (const [job, last] of noted) if (at - last >= EVERY_SECONDS * 1_000) noted.delete(job)
    if (noted.has(jobId)) return
    noted.set(jobId, at)
    note(jobId, textOf(deps.faultOf(spec.endpoint), reason)).catch((error: unknown) =>
      onError(error, jobId),
    )
  }
}

function textOf(fault: InvocationError | undefined, reason: Error): string {
  if (!(reason instanceof InvocationError)) return reason.message
  const { message, hint } = reason.code === 'endpoint_outage' ? (fault ?? reason) : reason
  return hint === undefined ? message : `${message}; ${hint}`
}
