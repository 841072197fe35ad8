import { dirname } from 'node:path'
import { encodeUriList, isFinal, type Job } from '@millrace/job'
import { readJob, readNewestJob, resumeJob } from '@millrace/ledger'
import { CliError } from '../cli-error.ts'
import { checkCredentials } from '../local/credentials.ts'
import { holdToEndpoint } from '../local/hold-to-endpoint.ts'
import type { LocalApps } from '../local/start-apps.ts'
import { openStateFolder } from '../local/state-folder.ts'
import { counted } from '../show/counted.ts'
import { stateText } from '../show/state-text.ts'
import { noteBegun, removeJobFolder } from '../system/job-folders.ts'
import { jobProgress } from '../system/job-progress.ts'
import { openHostedSystem } from '../system/local-system.ts'
import type { System } from '../system/system.ts'
import { removeAbandoned, throughTemporary } from '../temporary/open-temporary.ts'
import { claimResult } from './claim-result.ts'
import { isAsWritten } from './as-written.ts'
import { scarceTexts } from './disk-space.ts'
import type { PreparedRun } from './prepare-run.ts'
import { endOf, type RunEnd, type RunHooks, runJob } from './run-job.ts'
import type { RunOptions } from './run-options.ts'
import { rowsIn } from '../watch/watch-job.ts'
import { type ToWrite, writeAgain } from './write-again.ts'

/**
 * Runs one job on this machine, from the file to the result.
 *
 * The queue lives in memory and the ledger on disk: when anything is killed, this process included,
 * the same options ask for the same job again and the producer publishes what the ledger lacks.
 */
export async function executeRun(
  prepared: PreparedRun,
  options: RunOptions,
  hooks: RunHooks,
): Promise<RunEnd> {
  const { spec, state, resultPath, address, deadline, temporary, endpointNotes } = prepared
  const account = await checkCredentials(prepared.endpoint, prepared.region, hooks.stop)
  await using cleanup = new AsyncDisposableStack()
  cleanup.use(await claimResult(dirname(state.path), { path: resultPath, jobId: state.jobId }))
  await openStateFolder(state.path, options)
  const system = cleanup.use(await openHostedSystem(state.path))
  const apps = appsOf(prepared, options, system.env)

  const before = await earlierRun(system, prepared, hooks.stop)
  const { batches } = await jobProgress(system, state.jobId, hooks.stop)
  const hasSucceeded = before?.state.startsWith('succeeded') === true
  if (before !== undefined && isFinal(before.state) && !hasSucceeded) {
    if (batches > 0)
      hooks.note(`an earlier run ${stateText(before.state)}: all rows are scored again`)
    await cleanup.disposeAsync()
    await removeJobFolder(state.path)
    return await executeRun(prepared, options, hooks)
  }
  const recorded = { jobId: state.jobId, batches }
  await holdToEndpoint(state.path, recorded, { address, account }, ANOTHER_ACCOUNT)
  if (before !== undefined && hasSucceeded) {
    await removeAbandoned(endpointNotes, undefined, hooks.note)
    await noteBegun(state.path, before.jobId, Date.now())
    return await handOver({ job: before, resultPath, apps, system, logs: state.logs }, hooks)
  }
  // Who runs it again wants it to go on.
  if (before?.state === 'paused') await resumeJob(system.ledger, before.jobId, hooks.stop)
  if (batches > 0) hooks.note(`continuing: ${recordedText(before, batches)} recorded already`)
  // What has begun has most of what it needs.
  if (batches === 0) for (const text of scarceTexts(prepared.disks)) hooks.note(text)
  const request = { clientToken: state.clientToken, spec }
  const here = { request, apps, system, folder: state.path, logs: state.logs, deadline }
  const end = await throughTemporary(temporary, endpointNotes, hooks, () =>
    runJob(here, (job) => rowsIn(job, batches), hooks),
  )
  if (end.kind !== 'refused') return end
  await cleanup.disposeAsync()
  await removeJobFolder(state.path)
  throw end.told
}

const count = new Intl.NumberFormat('en-US')

/** Only a plan tells how many rows there are in a batch. */
function recordedText(job: Job | undefined, batches: number): string {
  if (job?.plan !== undefined)
    return `about ${count.format(rowsIn(job, batches))} of ${count.format(job.plan.rows)} rows are`
  return counted(batches, 'batch is', 'batches are')
}

/** Another address is another run. */
const ANOTHER_ACCOUNT =
  'use credentials of that account, or --fresh to score everything again with these'

/** Tells of a run that has ended; what others have done to its files since is undone before. */
async function handOver(ended: ToWrite, { note, stop }: RunHooks): Promise<RunEnd> {
  const { job, system } = ended
  if (await isAsWritten(job, stop)) {
    note('this run has ended already; --fresh scores everything again')
  } else {
    note(
      'this run has ended already, but its files are not as it left them: they are written again from ' +
        'what was recorded; --fresh scores everything again',
    )
    await writeAgain(ended, stop)
  }
  return await endOf(system, job, job.plan?.rows ?? 0, 0)
}

/** The job as an earlier run has left it, or its retry when that has made the result since. */
async function earlierRun(
  { ledger }: System,
  { state: { jobId }, spec, stateOption }: PreparedRun,
  signal: AbortSignal,
): Promise<Job | undefined> {
  const job = await readJob(ledger, jobId, signal)
  if (job?.retriedBy === undefined) return job
  const retry = await readNewestJob(ledger, jobId, signal)
  if (retry !== undefined && !isFinal(retry.state)) {
    throw new CliError(`this run has ended, and its retry ${retry.jobId} is ${retry.state}`, {
      hint: `millrace retry ${retry.jobId}${stateOption} goes on with it; --fresh scores everything again`,
    })
  }
  const made = retry?.state.startsWith('succeeded') && retry.spec.output.uri === spec.output.uri
  return made === true ? retry : job
}

/** The apps may touch exactly what the command named. */
function appsOf(
  { spec, named, state, endpoint, region }: PreparedRun,
  { concurrency, consumers }: RunOptions,
  services: System['env'],
): LocalApps {
  const allowed = {
    datasets: encodeUriList([spec.dataset.uri, ...named]),
    results: encodeUriList([spec.output.uri]),
    endpoints: spec.endpoint.name,
  }
  return { services, workUri: state.workUri, region, endpoint, allowed, concurrency, consumers }
}
