import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { encodeJobRequest, isFinal, type Job } from '@millrace/job'
import { readJob, resumeJob } from '@millrace/ledger'
import { publish } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { checkCredentials } from '../local/credentials.ts'
import type { Processes } from '../local/processes.ts'
import { regionOf } from '../local/region.ts'
import { type LocalApps, startApps } from '../local/start-apps.ts'
import { makeFolders } from '../local/state-folder.ts'
import type { Snapshot } from '../show/screen.ts'
import { connectSystem } from '../system/connect-system.ts'
import { jobProgress } from '../system/job-progress.ts'
import { removeLiveCloud, writeLiveCloud } from '../system/live-cloud.ts'
import { openCloud } from '../system/local-system.ts'
import type { System } from '../system/system.ts'
import { watchJob } from '../watch/watch-job.ts'
import { watchDisk } from './disk-space.ts'
import type { PreparedRun } from './prepare-run.ts'
import type { RunOptions } from './run-options.ts'

/** Whoever looks at a run: the terminal, or a program that uses this as a library. */
export interface RunHooks {
  show(snapshot: Snapshot): void
  /** A sentence about something that happened. */
  note(text: string): void
  /** First ctrl-C: finish what is in flight, and stop. */
  readonly stop: AbortSignal
  /** Second one: stop now. */
  readonly abort: AbortSignal
}

/** What became of a run. */
export type RunEnd =
  | { readonly kind: 'stopped' } // The same options continue it.
  | {
      readonly kind: 'ended'
      readonly job: Job
      readonly rowsFailed: number
      /** Rows that were recorded before this run began, by whole batches. */
      readonly rowsBefore: number
      readonly seconds: number
    }

/** A consumer finishes what it has in flight within this after ctrl-C. */
const STOP_GRACE_MS = 10_000
const LOOK_EVERY_MS = 200

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
  const region = await regionOf(options)
  await checkCredentials(prepared.endpoint, region)
  await using cleanup = new AsyncDisposableStack()
  const system = cleanup.use(await openSystem(prepared.state.path))

  const before = await readJob(system.ledger, prepared.state.jobId, hooks.stop)
  if (before !== undefined && isFinal(before.state)) {
    if (before.state.startsWith('succeeded') && existsSync(prepared.resultPath)) {
      hooks.note('this run has ended already; --fresh scores everything again')
      return await endOf(system, before, before.plan?.rows ?? 0, 0)
    }
    await cleanup.disposeAsync()
    await rm(prepared.state.path, { recursive: true, force: true })
    await makeFolders(prepared.state.path)
    return await executeRun(prepared, options, hooks)
  }
  // Who runs it again wants it to go on.
  if (before?.state === 'paused') await resumeJob(system.ledger, before.jobId, hooks.stop)
  return await runJob(prepared, appsOf(prepared, options, system.env, region), system, hooks)
}

/** The embedded services over the run's state folder; other commands find them while it lasts. */
async function openSystem(folder: string): Promise<System> {
  const cloud = await openCloud(folder)
  await writeLiveCloud(folder, cloud.env)
  return connectSystem('local', cloud.env, async () => {
    await removeLiveCloud(folder)
    await cloud.close()
  })
}

/** The apps may touch exactly what the command named. */
function appsOf(
  { spec, state, endpoint }: PreparedRun,
  { concurrency, consumers }: RunOptions,
  services: System['env'],
  region: string,
): LocalApps {
  const allowed = {
    datasets: spec.dataset.uri,
    results: spec.output.uri,
    endpoints: spec.endpoint.name,
  }
  return { services, workUri: state.workUri, region, endpoint, allowed, concurrency, consumers }
}

async function runJob(
  { spec, state }: PreparedRun,
  apps: LocalApps,
  system: System,
  hooks: RunHooks,
): Promise<RunEnd> {
  const trouble = new AbortController()
  const request = (): Promise<unknown> =>
    publish(
      system.queue('jobs'),
      [{ body: encodeJobRequest({ clientToken: state.clientToken, spec }) }],
      trouble.signal,
    )
  const { batches } = await jobProgress(system, state.jobId, hooks.stop)
  const rowsBefore = batches * spec.batching.rows
  if (rowsBefore > 0) hooks.note(`continuing: about ${rowsBefore} rows are recorded already`)

  const startedAt = performance.now()
  const { processes } = await startApps(apps, {
    logs: state.logs,
    onRestart: (name, how) => {
      hooks.note(`${name} ended (${how}) and was started again`)
      // The messages that it held are hidden for a while; asking again publishes what is missing.
      request().catch((error: unknown) => trouble.abort(error))
    },
    onGiveUp: (name, how) =>
      trouble.abort(
        new CliError(`${name} cannot run (${how})`, {
          hint: `see ${state.logs}/${name}.log`,
          exitCode: EXIT.failed,
        }),
      ),
  })
  using _watchdog = watchDisk(state.path, trouble)
  try {
    await request()
    const job = await watchJob(
      {
        readJob: (signal) => readJob(system.ledger, state.jobId, signal),
        readProgress: (signal) => jobProgress(system, state.jobId, signal),
        show: hooks.show,
        now: () => performance.now(),
        everyMs: LOOK_EVERY_MS,
      },
      AbortSignal.any([hooks.stop, hooks.abort, trouble.signal]),
    )
    const seconds = (performance.now() - startedAt) / 1_000
    // The job has ended: nothing is in flight that anybody would miss.
    await processes.stop(0)
    return await endOf(system, job, rowsBefore, seconds)
  } catch (error) {
    if (!hooks.stop.aborted) throw trouble.signal.aborted ? trouble.signal.reason : error
    await stopCleanly(processes, hooks)
    hooks.note(`stopped; the same command continues (state in ${state.path})`)
    return { kind: 'stopped' }
  } finally {
    await processes.stop(hooks.abort.aborted ? 0 : STOP_GRACE_MS)
  }
}

async function stopCleanly(processes: Processes, { note, abort }: RunHooks): Promise<void> {
  note('stopping: finishing what is in flight (ctrl-C again to stop now)')
  const now = new Promise<void>((resolve) => {
    if (abort.aborted) resolve()
    else abort.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.race([processes.stop(STOP_GRACE_MS), now.then(() => processes.stop(0))])
}

async function endOf(
  system: System,
  job: Job,
  rowsBefore: number,
  seconds: number,
): Promise<RunEnd> {
  const signal = AbortSignal.timeout(10_000)
  const { failedRows } = await jobProgress(system, job.jobId, signal)
  return { kind: 'ended', job, rowsFailed: failedRows, rowsBefore, seconds }
}
