import type { Scenario } from '../scenario.ts'
import type { Rules } from './rules.ts'

/** Holds how many invocations are in flight at once to how many may be. */
export interface InvocationsWatch {
  /** @param inferenceId names the batch; a preflight has none. */
  began(machineName: string, inferenceId: string | undefined): void
  ended(machineName: string, inferenceId: string | undefined): void
  /** Somebody has set how many of a job all consumers together may have in flight. */
  adjusted(jobId: string, concurrencyMax: number): void
}

interface InFlight {
  count: number
  max: number
  /** Since when more are in flight than may be. */
  overSinceMs: number | undefined
}

/**
 * Consumers follow an adjustment, or another that comes or goes, within seconds: they believe what they have read of
 * the job for two, and whoever waits looks each second. It takes two such looks: by the first each says that it
 * is there, by the second it knows of all the others. A machine may be far away.
 */
const FOLLOWED_MS = 7_000
/**
 * A consumer counts among those that share a job for ten seconds after it has looked at it, which it does to begin
 * an invocation: where one takes longer than that, the others may take it for gone.
 */
const LATENCY_MAX_MS = 1_000

export function watchInvocations(
  { concurrency, calm, faults }: Scenario,
  nowMs: () => number,
  { check }: Rules,
): InvocationsWatch {
  const byMachine = new Map<string, number>()
  const byJob = new Map<string, InFlight>()
  const isNarrowHeld = calm && faults.endpoint.latencyMs <= LATENCY_MAX_MS

  const ofJob = (jobId: string): InFlight => {
    const known = byJob.get(jobId)
    if (known !== undefined) return known
    const fresh = { count: 0, max: Number.POSITIVE_INFINITY, overSinceMs: undefined }
    byJob.set(jobId, fresh)
    return fresh
  }
  const count = (machineName: string, change: 1 | -1): number => {
    const own = (byMachine.get(machineName) ?? 0) + change
    byMachine.set(machineName, own)
    return own
  }
  const jobIn = (inferenceId: string): string => inferenceId.slice(0, inferenceId.lastIndexOf('-'))

  function beganOf(jobId: string): void {
    const job = ofJob(jobId)
    job.count += 1
    if (job.count <= job.max) return
    job.overSinceMs ??= nowMs()
    const overMs = nowMs() - job.overSinceMs
    const what = `${job.count} of ${jobId} at once, ${job.max} allowed, for ${overMs} ms`
    check('a job keeps to its concurrency', overMs <= FOLLOWED_MS, what)
  }

  return {
    began(machineName, inferenceId) {
      const own = count(machineName, 1)
      const isHeld = own <= concurrency || machineName.startsWith('producer')
      check('never overrun the endpoint', isHeld, `${machineName}: ${own} invocations at once`)
      if (inferenceId !== undefined && isNarrowHeld) beganOf(jobIn(inferenceId))
    },
    ended(machineName, inferenceId) {
      count(machineName, -1)
      if (inferenceId === undefined || !isNarrowHeld) return
      const job = ofJob(jobIn(inferenceId))
      job.count -= 1
      if (job.count <= job.max) job.overSinceMs = undefined
    },
    adjusted(jobId, concurrencyMax) {
      const job = ofJob(jobId)
      if (job.max === concurrencyMax) return
      job.max = concurrencyMax
      job.overSinceMs = job.count > concurrencyMax ? nowMs() : undefined
    },
  }
}
