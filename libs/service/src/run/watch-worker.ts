import type { Metrics } from '../telemetry/metrics.ts'

/** What of a worker is watched; that of `@millrace/queue` has it. */
export interface WatchedStats {
  readonly running: number
  readonly received: number
  readonly acknowledged: number
  readonly released: number
  readonly requeued: number
  readonly deadLettered: number
  readonly attemptsFailed: number
  readonly settleErrors: number
  readonly visibilityLost: number
  readonly receiveErrors: number
  readonly gateClosedMs: number
}

export interface WatchedWorker<Stats extends WatchedStats = WatchedStats> {
  stats(): Stats
}

/** Reports what a worker does. */
export function watchWorker(metrics: Metrics, worker: WatchedWorker): void {
  const of = (read: (stats: WatchedStats) => number) => () => read(worker.stats())
  metrics.gauge(
    'millrace.messages.in_flight',
    of(({ running }) => running),
  )
  metrics.total(
    'millrace.messages.received',
    of(({ received }) => received),
  )
  metrics.total(
    'millrace.attempts.failed',
    of(({ attemptsFailed }) => attemptsFailed),
  )
  metrics.total(
    'millrace.heartbeats.lost',
    of(({ visibilityLost }) => visibilityLost),
  )
  metrics.total(
    'millrace.receive.errors',
    of(({ receiveErrors }) => receiveErrors),
  )
  metrics.total(
    'millrace.gate.closed',
    of(({ gateClosedMs }) => gateClosedMs / 1_000),
  )
  const settlements = {
    acknowledged: of(({ acknowledged }) => acknowledged),
    released: of(({ released }) => released),
    requeued: of(({ requeued }) => requeued),
    dead_lettered: of(({ deadLettered }) => deadLettered),
    left: of(({ settleErrors }) => settleErrors),
  }
  for (const [settlement, read] of Object.entries(settlements)) {
    metrics.total('millrace.messages.settled', read, settlement as keyof typeof settlements)
  }
}

/**
 * Reports the age of the oldest message since the last report.
 *
 * @returns what is told of each message, in milliseconds since the epoch.
 */
export function watchLag(metrics: Metrics, now: () => number): (sentAtMs: number) => void {
  let oldestMs = 0
  metrics.gauge('millrace.messages.lag', () => {
    const seconds = oldestMs / 1_000
    oldestMs = 0
    return seconds
  })
  return (sentAtMs) => {
    oldestMs = Math.max(oldestMs, now() - sentAtMs)
  }
}
