import { type BatchMessage, encodeBatchMessage, type Job } from '@millrace/job'
import type { Rejection as RecordedRejection } from '@millrace/ledger'

/** Why no attempt at a message can succeed. */
export interface Rejection {
  readonly code: 'job_unknown' | 'batch_not_planned'
  readonly reason: string
}

export interface Deps {
  put(job: Job, rejection: RecordedRejection, signal: AbortSignal): Promise<void>
  /** Seconds since the epoch. */
  now(): number
}

/** Keeps in the ledger why a message for a planned batch was set aside. */
export async function recordRejection(
  deps: Deps,
  job: Job,
  message: BatchMessage,
  { code, reason }: Rejection,
  attempts: number,
  signal: AbortSignal,
): Promise<void> {
  const { batch } = message
  const evidence = encodeBatchMessage(message)
  const rejection = { batch, code, message: reason, attempts, evidence, rejectedAt: deps.now() }
  await deps.put(job, rejection, signal)
}
