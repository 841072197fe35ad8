import {
  decisionSchema,
  encodeCompletionMessage,
  exportIdOf,
  type ExportState,
  isFinal,
  outputSchema,
} from '@millrace/job'
import { createExport, type Ledger } from '@millrace/ledger'
import type { Random } from '@millrace/testing'
import { BUCKET, type SimulatedCloud } from './cloud.ts'
import type { KnownJob } from './known-job.ts'

export interface ExportsOptions {
  readonly random: Random
  readonly cloud: SimulatedCloud
  readonly ledger: Ledger
  readonly jobs: ReadonlyMap<string, KnownJob>
  readonly nowMs: () => number
  readonly after: (delayMs: number, run: () => void) => void
  /** Told as somebody asks. */
  readonly onAsk: (job: KnownJob) => void
}

/** People who want another result of each job that has ended, and ask again while it is not there. */
export interface Exports {
  /** Looks for jobs that have ended. */
  look(): void
  /** True while an export is still to be asked for, or to end. */
  isWaiting(): boolean
  /** The state in which the export of a job is, if there is one, and why it has failed. */
  outcomeOf(job: KnownJob): { readonly state: ExportState; readonly failure?: string } | undefined
}

/** Another one than that of the jobs. */
export const EXPORT_THRESHOLD = 0.3
export const exportName = ({ token }: KnownJob): string => `${token}.export.csv`

const EXPORT = exportIdOf('export')
/** Nobody waits for longer before asking again. */
const PATIENCE_MS = 10 * 60_000
const never = new AbortController().signal

export function createExports(options: ExportsOptions): Exports {
  const { random, cloud, ledger, jobs, after } = options
  const asked = new Set<KnownJob>()

  async function ask(job: KnownJob): Promise<void> {
    const { jobId, plan } = job
    options.onAsk(job)
    await createExport(
      ledger,
      {
        jobId,
        exportId: EXPORT,
        decision: decisionSchema.parse({ threshold: EXPORT_THRESHOLD }),
        output: outputSchema.parse({
          uri: `s3://${BUCKET}/results/${exportName(job)}`,
          join: plan.join,
        }),
        state: 'requested',
        createdAt: Math.floor(options.nowMs() / 1_000),
      },
      never,
    )
    askAgain(job)
  }

  function askAgain(job: KnownJob): void {
    if (outcomeOf(job)?.state !== 'requested') return
    const body = encodeCompletionMessage(job.jobId, EXPORT)
    cloud.queue('completions').add({ body, groupId: undefined, attributes: {} })
    after(PATIENCE_MS, () => askAgain(job))
  }

  function outcomeOf({ jobId }: KnownJob): ReturnType<Exports['outcomeOf']> {
    const item = cloud.table.item(`JOB#${jobId}`, `EXPORT#${EXPORT}`)
    if (item === undefined) return undefined
    const failure = item['failure']?.M?.['code']?.S
    const state = item['state']?.S as ExportState
    return failure === undefined ? { state } : { state, failure }
  }

  return {
    outcomeOf,
    look() {
      for (const job of jobs.values()) {
        const state = cloud.stateOf(job.jobId)
        if (state === undefined || !isFinal(state) || asked.has(job)) continue
        asked.add(job)
        after(random.log(1, 30_000), () => void ask(job))
      }
    },
    isWaiting: () =>
      [...asked].some((job) => (outcomeOf(job)?.state ?? 'requested') === 'requested'),
  }
}
