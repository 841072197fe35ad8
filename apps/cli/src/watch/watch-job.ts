import { setTimeout as sleep } from 'node:timers/promises'
import { deadlineOf, isFinal, type Job } from '@millrace/job'
import type { Seen } from '../local/endpoint-watch.ts'
import type { Snapshot } from '../show/screen.ts'

export interface Deps {
  readJob(signal: AbortSignal): Promise<Job | undefined>
  /** Called at each look at which there is no job yet; throws when none is to come. */
  notYet?(signal: AbortSignal): Promise<void>
  /** Called at each look at which the job is being planned; throws when nobody plans it any more. */
  planning?(signal: AbortSignal): Promise<void>
  /** Batches recorded so far, and the rows in them that failed. */
  readProgress(signal: AbortSignal): Promise<{ batches: number; failedRows: number }>
  /** Called at each look: whether the endpoint is waited for; throws when that is in vain. */
  isAway?(seen: Seen): Promise<boolean>
  show(snapshot: Snapshot): void
  /** Called once, when the plan is whole; not for a job that had ended before the first look. */
  planned(job: Job): Promise<void>
  now(): number
  /** How long to wait between two looks. A look reads all marks of the job's progress. */
  readonly everyMs: number
}

/** The rate is that of the last ten seconds: an average over the run would hide a slow endpoint. */
const RATE_WINDOW_MS = 10_000

/** Watches a job until it has ended; gives back the job as it ended. */
export async function watchJob(deps: Deps, signal: AbortSignal): Promise<Job> {
  const rate = createRate(() => deps.now())
  let told: boolean | undefined
  for (;;) {
    const job = await deps.readJob(signal)
    told ??= job !== undefined && isFinal(job.state)
    if (job === undefined) {
      await deps.notYet?.(signal)
    } else {
      if (!told && job.plan !== undefined) {
        told = true
        await deps.planned(job)
      }
      const { batches, failedRows } = await deps.readProgress(signal)
      const rowsDone = rowsIn(job, batches)
      const deadline = deadlineOf(job)
      const isAway = await deps.isAway?.({ state: job.state, batches })
      deps.show({
        state: job.state,
        rows: job.plan?.rows,
        rowsDone,
        rowsFailed: failedRows,
        rowsPerSecond: rate(rowsDone),
        ...(isTried(job) && rowsDone === 0 ? { isTried: true } : {}),
        ...(isAway === true ? { isAway } : {}),
        ...(deadline === undefined ? {} : { deadline }),
      })
      if (isFinal(job.state)) return job
      if (job.state === 'planning') await deps.planning?.(signal)
    }
    await sleep(deps.everyMs, undefined, { signal })
  }
}

/** Between the pin and the first batches there is the preflight, which waits while the endpoint has no room. */
const isTried = ({ state, dataset, plan }: Job): boolean =>
  state === 'planning' && dataset !== undefined && plan === undefined

/**
 * Rows of so many recorded batches: exact at the end, and near enough for a bar before. Batches are cut by bytes
 * and by object, too, so without a plan it is only known how many there are at most.
 */
export function rowsIn(job: Job, batches: number): number {
  if (job.plan === undefined) return batches * job.spec.batching.rows
  if (batches >= job.plan.batches) return job.plan.rows
  return Math.round((job.plan.rows * batches) / job.plan.batches)
}

function createRate(now: () => number): (rowsDone: number) => number {
  const seen: { at: number; rows: number }[] = []
  return (rows) => {
    const at = now()
    seen.push({ at, rows })
    while (seen.length > 2 && at - (seen[0]?.at ?? at) > RATE_WINDOW_MS) seen.shift()
    const first = seen[0]
    if (first === undefined || at === first.at) return 0
    // The rows are an estimate until the end, and a better estimate may be a lower one.
    return (Math.max(0, rows - first.rows) * 1_000) / (at - first.at)
  }
}
