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
  /** The consumers that have invocations of the job under way, since when without a break. */
  readonly byConsumer: Map<string, { count: number; readonly sinceMs: number }>
  max: number
  adjustedMs: number
  /** Since when more are in flight than may be. */
  overSinceMs: number | undefined
}

/**
 * Consumers follow an adjustment, or another that comes or goes, within seconds: they believe what they have read of
 * the job for two, and each looks at it once a second. It takes two such looks: by the first each says that it
 * is there, by the second it knows of all the others. A machine may be far away.
 */
const FOLLOWED_MS = 7_000
/** An invocation takes half as long again as all of them on average, at most. */
const LONGEST_LATENCIES = 1.5

export function watchInvocations(
  { concurrency, calm, faults }: Scenario,
  nowMs: () => number,
  { check }: Rules,
): InvocationsWatch {
  const byMachine = new Map<string, number>()
  const byJob = new Map<string, InFlight>()
  // What was under way before an adjustment, or before another consumer came, goes on to its end.
  const overMaxMs = FOLLOWED_MS + faults.endpoint.latencyMs * LONGEST_LATENCIES

  const ofJob = (jobId: string): InFlight => {
    const known = byJob.get(jobId)
    if (known !== undefined) return known
    const max = Number.POSITIVE_INFINITY
    const fresh = { byConsumer: new Map(), max, adjustedMs: 0, overSinceMs: undefined }
    byJob.set(jobId, fresh)
    return fresh
  }
  const count = (machineName: string, change: 1 | -1): number => {
    const own = (byMachine.get(machineName) ?? 0) + change
    byMachine.set(machineName, own)
    return own
  }
  const jobIn = (inferenceId: string): string => inferenceId.slice(0, inferenceId.lastIndexOf('-'))

  function beganOf(jobId: string, consumer: string): void {
    const job = ofJob(jobId)
    const own = job.byConsumer.get(consumer) ?? { count: 0, sinceMs: nowMs() }
    own.count += 1
    job.byConsumer.set(consumer, own)
    checkSum(jobId, job)
    checkShare(jobId, job, consumer, own.count)
  }

  function checkSum(jobId: string, job: InFlight): void {
    const all = inFlight(job)
    if (all <= job.max) return
    job.overSinceMs ??= nowMs()
    const overMs = nowMs() - job.overSinceMs
    const what = `${all} of ${jobId} at once, ${job.max} allowed, for ${overMs} ms`
    check('a job keeps to its concurrency', overMs <= overMaxMs, what)
  }

  /** Who has been at a job for long enough to be known has its part of it, however long its invocations take. */
  function checkShare(jobId: string, job: InFlight, consumer: string, own: number): void {
    if (nowMs() - job.adjustedMs <= FOLLOWED_MS) return
    const isKnown = ([name, { sinceMs }]: readonly [string, { sinceMs: number }]): boolean =>
      name !== consumer && nowMs() - sinceMs > FOLLOWED_MS
    const sharers = [...job.byConsumer].filter(isKnown).length + 1
    const share = Math.ceil(job.max / sharers)
    const what = `${consumer}: ${own} of ${jobId} at once, ${share} of ${job.max} are its part`
    check('a consumer keeps to its share', own <= share, what)
  }

  return {
    began(machineName, inferenceId) {
      const own = count(machineName, 1)
      const isHeld = own <= concurrency || machineName.startsWith('producer')
      check('never overrun the endpoint', isHeld, `${machineName}: ${own} invocations at once`)
      if (inferenceId !== undefined && calm) beganOf(jobIn(inferenceId), machineName)
    },
    ended(machineName, inferenceId) {
      count(machineName, -1)
      if (inferenceId === undefined || !calm) return
      const job = ofJob(jobIn(inferenceId))
      const own = job.byConsumer.get(machineName)
      if (own !== undefined) own.count -= 1
      if (own?.count === 0) job.byConsumer.delete(machineName)
      if (inFlight(job) <= job.max) job.overSinceMs = undefined
    },
    adjusted(jobId, concurrencyMax) {
      const job = ofJob(jobId)
      if (job.max === concurrencyMax) return
      job.max = concurrencyMax
      job.adjustedMs = nowMs()
      job.overSinceMs = inFlight(job) > concurrencyMax ? nowMs() : undefined
    },
  }
}

function inFlight({ byConsumer }: InFlight): number {
  let all = 0
  for (const { count } of byConsumer.values()) all += count
  return all
}
