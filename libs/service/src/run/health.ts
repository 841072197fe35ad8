import { performance } from 'node:perf_hooks'
import { watchLoopLag } from '../telemetry/loop-lag.ts'
import { publicConfig } from '../log/secrets.ts'

export interface HealthOptions {
  readonly app: string
  readonly version: string
  /** Shown by the report with its secrets masked. */
  readonly config: object
  /** `running`, `draining` or `stopped`. */
  state(): string
  /** How long ago the worker last polled; 0 while it does not poll by its own choice. */
  pollAgeMs?(): number
  /** Above it the loop counts as stuck. Default: 10 s. */
  readonly lagMsMax?: number
  /** Above it the worker counts as dead. Default: 120 s, six long polls. */
  readonly pollAgeMsMax?: number
}

export interface HealthReport {
  readonly app: string
  readonly version: string
  readonly state: string
  /** The loop turns and the worker polls. Never "AWS answers", or an outage restarts the fleet. */
  readonly live: boolean
  /** Live, and taking work. */
  readonly ready: boolean
  /** The longest delay of the event loop since the last report. */
  readonly lagMs: number
  readonly pollAgeMs: number
  readonly uptimeSeconds: number
  readonly config: Record<string, unknown>
}

export interface Health extends Disposable {
  report(): HealthReport
}

/** Watches that the loop is alive. Dispose of it to stop the event-loop monitor. */
export function createHealth(options: HealthOptions): Health {
  const { app, version, lagMsMax = 10_000, pollAgeMsMax = 120_000 } = options
  const startedAt = performance.now()
  const lag = watchLoopLag()
  return {
    report() {
      const lagMs = lag.worstMs()
      const state = options.state()
      const pollAgeMs = options.pollAgeMs?.() ?? 0
      const live = lagMs <= lagMsMax && pollAgeMs <= pollAgeMsMax
      const uptimeSeconds = Math.round((performance.now() - startedAt) / 1_000)
      const ready = live && state === 'running'
      const config = publicConfig(options.config)
      return { app, version, state, live, ready, lagMs, pollAgeMs, uptimeSeconds, config }
    },
    [Symbol.dispose]: lag[Symbol.dispose],
  }
}
