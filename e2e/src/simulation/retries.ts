import { isFinal, type Job, type JobId, jobIdOf } from '@millrace/job'
import { type Ledger, readJob, readLayeredProgress } from '@millrace/ledger'
import type { Random } from '@millrace/testing'
import type { SimulatedCloud } from './cloud.ts'
import type { KnownJob } from './known-job.ts'

export interface RetriesOptions {
  /** A stream of its own, so that runs without retries are what they were. */
  readonly random: Random
  /** True where every job is retried. */
  readonly isSure: boolean
  readonly cloud: SimulatedCloud
  readonly ledger: Ledger
  readonly jobs: Map<string, KnownJob>
  readonly after: (delayMs: number, run: () => void) => void
  submit(job: KnownJob): void
  /** The codes for which rows of the job have failed. */
  codesOf(job: KnownJob): Promise<readonly string[]>
}

/** Whoever retries jobs that have ended: in some runs once, in some the retry once more. */
export interface Retries {
  /** Looks for jobs that have ended. */
  look(): void
  /** True while a retry is still to be asked for. */
  isDeciding(): boolean
  /** True for a retry that the producer has refused, for good; `checkRefused` looks whether it may. */
  isRefused(job: KnownJob): boolean
}

const never = new AbortController().signal

export function createRetries(options: RetriesOptions): Retries {
  const { random, cloud, ledger, jobs } = options
  const drawn = random.chance(0.35) ? random.int(1, 2) : 0
  const retriesMax = Math.max(drawn, options.isSure ? 1 : 0)
  const seen = new Set<KnownJob>()
  let deciding = 0

  async function decide(base: KnownJob): Promise<void> {
    const codes = await reasonsToRetry(base)
    if (codes === undefined) return
    const reasons = codes.length > 0 && random.chance(0.5) ? [random.pick(codes)] : undefined
    const token = `${base.token}-again`
    const retry: KnownJob = {
      ...base,
      token,
      jobId: jobIdOf(token),
      below: base,
      ...(reasons === undefined ? {} : { reasons }),
    }
    jobs.set(token, retry)
    options.after(random.log(1, 30_000), () => options.submit(retry))
  }

  /** The codes that rows have failed for; nothing when there is nothing to retry. */
  async function reasonsToRetry(base: KnownJob): Promise<readonly string[] | undefined> {
    const layers = layersOf(base)
    const found = await Promise.all(layers.map((jobId) => readJob(ledger, jobId, never)))
    const known = found.filter((job): job is Job => job !== undefined)
    if (known.every(({ dataset }) => dataset === undefined)) return undefined
    const plan = known.find((job) => job.plan !== undefined)?.plan
    const { done } = await readLayeredProgress(ledger, layers, never)
    const codes = await options.codesOf(base)
    return done.size === plan?.batches && codes.length === 0 ? undefined : codes
  }

  return {
    look() {
      for (const job of jobs.values()) {
        const state = cloud.stateOf(job.jobId)
        if (state === undefined || !isFinal(state) || seen.has(job)) continue
        seen.add(job)
        if (layersOf(job).length > retriesMax) continue
        deciding += 1
        void decide(job).finally(() => (deciding -= 1))
      }
    },
    isDeciding: () => deciding > 0,
    isRefused({ token, below }) {
      if (below === undefined) return false
      const refused = [...cloud.queue('jobs-dlq').messages].filter(
        ({ attributes }) => attributes['code']?.StringValue === 'request_refused',
      )
      return refused.some(({ body }) => body.includes(JSON.stringify(token)))
    },
  }
}

/** A job and those that it stands on, the newest first. */
export const layersOf = ({ jobId, below }: KnownJob): JobId[] => [
  jobId,
  ...(below === undefined ? [] : layersOf(below)),
]
