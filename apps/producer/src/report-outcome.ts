import { type ContractError, idleSettings, type JobRequest, readJobRequest } from '@millrace/job'
import type { Received } from '@millrace/queue'
import type { Logger, Metrics } from '@millrace/service'
import type { PlanOutcome } from './plan-job.ts'

/** What was asked for, and the message that asked. */
interface Asked {
  readonly request: Pick<JobRequest, 'clientToken' | 'spec'>
  readonly message: Pick<Received, 'attempt' | 'messageId'>
}

interface Reporting {
  readonly logger: Pick<Logger, 'info' | 'warn'>
  readonly metrics: Metrics
}

/** One log line for what became of a job request, and its metrics. */
export function reportOutcome(
  { logger, metrics }: Reporting,
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

/** The same for a message that is no job request: its sender looks for the token that it has sent. */
export function reportUnreadable(
  { logger, metrics }: Reporting,
  { body, messageId }: Pick<Received, 'body' | 'messageId'>,
  error: ContractError,
): void {
  metrics.count('millrace.job_requests', 1, 'refused')
  const facts = { error, messageId, ...tokenIn(body), outcome: 'refused' }
  logger.warn(facts, 'job request refused')
}

/** More of a token is none, and a log is no place for all that a message may hold. */
const TOKEN_CHARACTERS_MAX = 256

function tokenIn(body: string): { readonly clientToken?: string } {
  let message: unknown
  try {
    message = readJobRequest(body)
  } catch {
    return {} // It is no JSON or too large, which the error says.
  }
  const { clientToken } = (message ?? {}) as Readonly<Record<string, unknown>>
  if (typeof clientToken !== 'string' || clientToken.length > TOKEN_CHARACTERS_MAX) return {}
  return { clientToken }
}
