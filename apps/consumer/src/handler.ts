import { createLimiters } from '@millrace/invocation'
import { ContractError, decodeBatchMessage, type BatchMessage, REPUBLISHED } from '@millrace/job'
import type { Disposition, Received } from '@millrace/queue'
import {
  type Logger,
  type Metrics,
  noTelemetry,
  processSpan,
  type Span,
  type Telemetry,
  watchLag,
} from '@millrace/service'
import type { Config } from './config.ts'
import { createDeps, type World } from './connect.ts'
import { dispositionOf } from './disposition-of.ts'
import { type Delivery, type Deps, processBatch } from './process-batch.ts'
import { reportOutcome } from './report-outcome.ts'
import { endpointTeller, watchInvoke, watchLimiter } from './endpoint/watch-endpoint.ts'

/** What becomes of messages once they are received. */
export interface Handler {
  handle(message: Received, signal: AbortSignal): Promise<Disposition>
  /** Pending while no endpoint that has work can take any. Rejects when the signal aborts. */
  ready(signal: AbortSignal): Promise<void>
}

/**
 * Handles messages over clients that are open already.
 *
 * @param lifetime aborts what messages share, such as the reading of a job.
 */
export function createHandler(
  config: Config,
  world: Omit<World, 'limiters' | 'logger' | 'telemetry'>,
  logger: Logger,
  lifetime: AbortSignal,
  telemetry: Telemetry = noTelemetry,
): Handler {
  const { metrics, tracer } = telemetry
  const limiters = createLimiters({
    concurrencyMax: config.MILLRACE_CONCURRENCY,
    share: config.MILLRACE_CONCURRENCY_SHARE,
    // Of the wall clock, at which the consumers of an endpoint meet, but steady.
    now: () => performance.timeOrigin + performance.now(),
    onChange: (endpoint, state) => {
      limitChanged(limiters.total)
      teller.limitChanged(endpoint, state)
    },
  })
  const teller = endpointTeller(logger)
  const limitChanged = watchLimiter(metrics, () => limiters.total)
  const lag = watchLag(metrics, Date.now)
  const invoke = watchInvoke(world.invoke, telemetry, teller)
  const deps = createDeps(
    config,
    { ...world, invoke, faultOf: teller.faultOf, limiters, logger, telemetry },
    lifetime,
  )
  return {
    ready: (signal) => limiters.ready(signal),
    handle(message, signal) {
      lag(message.sentAtMs)
      const follows = { follows: 'links' } as const
      return processSpan(tracer, config.MILLRACE_BATCHES_QUEUE_URL, message, follows, (span) =>
        handle(deps, { logger, metrics, span }, message, signal),
      )
    },
  }
}

async function handle(
  deps: Deps,
  { logger, metrics, span }: { logger: Logger; metrics: Metrics; span: Span },
  message: Received,
  signal: AbortSignal,
): Promise<Disposition> {
  const startedAt = performance.now()
  let batch: BatchMessage
  try {
    batch = decodeBatchMessage(message.body)
  } catch (error) {
    if (!(error instanceof ContractError)) throw error
    metrics.count('millrace.batches', 1, 'refused')
    logger.warn(
      { error, messageId: message.messageId, outcome: 'refused' },
      'batch message refused',
    )
    return { kind: 'dead_letter', code: error.code, reason: error.message }
  }
  const outcome = await processBatch(deps, batch, deliveryOf(message), signal)
  const { attempt, messageId } = message
  const durationMs = performance.now() - startedAt
  span.set({
    'millrace.job_id': batch.jobId,
    'millrace.batch': batch.batch,
    'millrace.outcome': outcome.kind,
  })
  reportOutcome(
    { logger, metrics },
    { batch, attempt, messageId, durationMs, traceId: span.traceId },
    outcome,
  )
  return dispositionOf(outcome, message.requeues)
}

const deliveryOf = ({ attempt, requeues, attributes }: Received): Delivery => ({
  attempt,
  repeated: attempt > 1 || requeues > 0 || attributes[REPUBLISHED] !== undefined,
})
