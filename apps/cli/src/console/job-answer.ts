import { batchMap, type JobAnswer, type Verb } from '@millrace/console'
import { deadlineOf, isFinal, type Job, type JobId, takesBatches } from '@millrace/job'
import { listRejections, readJob, readLayeredProgress } from '@millrace/ledger'
import { CliError } from '../cli-error.ts'
import { readCost } from '../cost/read-cost.ts'
import { knownFacts } from '../show/table.ts'
import { factsOfJob, failureOf } from '../status/job-facts.ts'
import { waitsText } from '../status/waits.ts'
import { whatContinues } from '../system/no-run-at-work.ts'
import { openJob } from '../system/open-system.ts'
import { storageOf } from '../system/storage-of.ts'
import type { System } from '../system/system.ts'
import type { World } from '../world.ts'
import type { ConsoleOptions } from './console-options.ts'

/** What `millrace status` tells of a job, and what has become of each of its batches. */
export async function jobAnswer(
  jobId: JobId,
  options: ConsoleOptions,
  world: World,
): Promise<JobAnswer> {
  const { system } = await openJob(jobId, options, world)
  await using _open = system
  const job = await readJob(system.ledger, jobId, world.stop)
  if (job === undefined) throw new CliError(`${jobId}: no such job`)
  const { done, failedRows } = await readLayeredProgress(system.ledger, [jobId], world.stop)
  await using storage = await storageOf(system, options)
  const cost = await readCost(job, storage, world.stop)
  const rejections = await Array.fromAsync(listRejections(system.ledger, jobId, world.stop))
  const progress = {
    batches: done.size,
    failedRows: [...failedRows.values()].reduce((sum, rows) => sum + rows, 0),
    firstMissing: done.firstMissing(),
  }
  const { state, plan, spec, adjusted } = job
  const now = Math.floor(Date.now() / 1_000)
  const [deadline, waits, failure] = [deadlineOf(job), waitsText(job, now), failureOf(job)]
  return {
    jobId,
    state,
    facts: knownFacts(factsOfJob(job, progress, { cost, rejections, now })),
    ...(plan === undefined ? {} : { rows: plan.rows, batches: plan.batches }),
    recorded: progress.batches,
    failedRows: progress.failedRows,
    firstMissing: progress.firstMissing,
    // While a job is planned its last batch is not known: the map grows.
    map: batchMap({
      batches: plan?.batches ?? lastOf(done) + 1,
      has: (batch) => done.has(batch),
      failedRows,
    }),
    verbs: verbsFor(job, system),
    ...(adjusted?.concurrencyMax === undefined ? {} : { concurrencyMax: adjusted.concurrencyMax }),
    tolerance: adjusted?.tolerance ?? spec.tolerance,
    setAside: rejections.length,
    ...(deadline === undefined ? {} : { deadline }),
    ...(system.isHost && !isFinal(state) ? { idle: whatContinues(job) } : {}),
    ...(waits === undefined ? {} : { waits }),
    ...(failure === undefined ? {} : { failure }),
  }
}

/** The last batch that is recorded; before the first one there is none. */
function lastOf({ size, has }: { readonly size: number; has(batch: number): boolean }): number {
  let last = -1
  for (let [batch, found] = [0, 0]; found < size; batch += 1) {
    if (!has(batch)) continue
    found += 1
    last = batch
  }
  return last
}

/** What the verbs would not refuse. Where no run is at work on a job of a folder, nobody would hear of `resume`. */
function verbsFor({ state }: Job, { isHost }: System): readonly Verb[] {
  if (isFinal(state)) return []
  const pausing: readonly Verb[] = takesBatches(state) ? ['pause'] : []
  const resuming: readonly Verb[] = state === 'paused' && !isHost ? ['resume'] : []
  return [...pausing, ...resuming, 'adjust', 'cancel']
}
