import { idleSettings, type JobRequest } from '@millrace/job'
import type { Received } from '@millrace/queue'
import type { Logger, Metrics } from '@millrace/service'
import type { PlanOutcome } from './plan-job.ts'

/** What was asked for, and the message that asked. */
interface Asked {
  readonly request: Pick<JobRequest, 'clientToken' | 'spec'>
  readonly message: Pick<Received, 'attempt' | 'messageId'>
}

/** One log line for what became of a job request, and its metrics. */
export function reportOutcome(
  {
    logger,
    metrics,
  }: { readonly logger: Pick<Logger, 'info' | 'warn'>; readonly metrics: Metrics },
  { request: { clientToken, spec }, message: { attempt, messageId } }: Asked,
  outcome: PlanOutcome,
): void {
  const { kind, ...facts } = outcome
  metrics.count('millrace.job_requests', 1, kind)
  if (outcome.kind === 'failed' && outcome.failure.code === 'preflight_failed') {
    metrics.count('millrace.preflight.failures', 1)
  }
  // Of a refused one there is no job: it is found by its message, and by its sender's token.
  const sender = kind === 'refused' ? { messageId, clientToken } : {}
  // Its sender may have meant something else by them.
  const idle = idleSettings(spec)
  const idleFacts = idle.length === 0 ? {} : { idleSettings: idle }
  const level = kind === 'refused' || kind === 'failed' || kind === 'postponed' ? 'warn' : 'info'
  logger[level]({ ...facts, ...sender, ...idleFacts, attempt, outcome: kind }, 'job request done')
}
