import { createReadStream, existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { encodeJobRequest, isFinal, type Job } from '@millrace/job'
import { readJob } from '@millrace/ledger'
import { publish } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { Processes } from '../local/processes.ts'
import { regionOf } from '../local/region.ts'
import { type LocalApps, startApps } from '../local/start-apps.ts'
import { createScreen, type Screen } from '../show/screen.ts'
import { connectSystem } from '../system/connect-system.ts'
import { removeLiveCloud, writeLiveCloud } from '../system/live-cloud.ts'
import { jobProgress } from '../system/job-progress.ts'
import { openCloud } from '../system/local-system.ts'
import type { System } from '../system/system.ts'
import type { World } from '../world.ts'
import { FREE_BYTES_MIN, freeBytes } from './disk-space.ts'
import { type PreparedRun, prepareRun } from './prepare-run.ts'
import type { RunOptions } from './run-options.ts'
import { summaryOf } from './summary.ts'
import { watchJob } from '../watch/watch-job.ts'

/** A consumer finishes what it has in flight within this after ctrl-C. */
const STOP_GRACE_MS = 10_000
const LOOK_EVERY_MS = 200

/**
 * Runs one job on this machine, from the file to the result.
 *
 * The queue lives in memory and the ledger on disk: when anything is killed, this process included,
 * the same command asks for the same job again and the producer publishes what the ledger lacks.
 */
export async function run(options: RunOptions, world: World): Promise<ExitCode> {
  const prepared = await prepareRun(options, world, world.stop)
  const region = await regionOf(options)
  await using cleanup = new AsyncDisposableStack()
  const system = cleanup.use(await openSystem(prepared.state.path))

  const before = await readJob(system.ledger, prepared.state.jobId, world.stop)
  if (before !== undefined && isFinal(before.state)) {
    const done = before.state.startsWith('succeeded') && existsSync(prepared.resultPath)
    if (done) return await tellAgain(prepared, before, system, world)
    await cleanup.disposeAsync()
    await rm(prepared.state.path, { recursive: true, force: true })
    return await run({ ...options, fresh: true }, world)
  }
  return await runJob(prepared, options, { system, region }, world)
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

async function runJob(
  prepared: PreparedRun,
  options: RunOptions,
  { system, region }: { readonly system: System; readonly region: string },
  world: World,
): Promise<ExitCode> {
  const { spec, state } = prepared
  const screen = createScreen(world.stderr, { quiet: options.quiet, now: Date.now })
  const trouble = new AbortController()
  const request = (): Promise<unknown> =>
    publish(
      system.queue('jobs'),
      [{ body: encodeJobRequest({ clientToken: state.clientToken, spec }) }],
      trouble.signal,
    )
  const rowsBefore = await rowsRecorded(system, prepared)
  if (rowsBefore > 0) screen.note(`continuing: about ${rowsBefore} rows are recorded already`)

  const startedAt = performance.now()
  const { processes } = await startApps(appsOf(prepared, options, system.env, region), {
    logs: state.logs,
    onRestart: (name, how) => {
      screen.note(`${name} ended (${how}) and was started again`)
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
  const watchdog = watchDisk(state.path, trouble)
  try {
    await request()
    const job = await watchJob(
      {
        readJob: (signal) => readJob(system.ledger, state.jobId, signal),
        readProgress: (signal) => jobProgress(system, state.jobId, signal),
        show: screen.show,
        now: () => performance.now(),
        everyMs: LOOK_EVERY_MS,
      },
      AbortSignal.any([world.stop, world.abort, trouble.signal]),
    )
    screen.close()
    const seconds = (performance.now() - startedAt) / 1_000
    // The job has ended: nothing is in flight that anybody would miss.
    await processes.stop(0)
    return await tell(prepared, job, { system, world, seconds, rowsBefore })
  } catch (error) {
    screen.close()
    if (!world.stop.aborted) throw trouble.signal.aborted ? trouble.signal.reason : error
    return await stopped(processes, screen, prepared, world)
  } finally {
    clearInterval(watchdog)
    await processes.stop(world.abort.aborted ? 0 : STOP_GRACE_MS)
  }
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

async function stopped(
  processes: Processes,
  screen: Screen,
  prepared: PreparedRun,
  world: World,
): Promise<ExitCode> {
  screen.note('stopping: finishing what is in flight (ctrl-C again to stop now)')
  const now = new Promise<void>((resolve) => {
    if (world.abort.aborted) resolve()
    else world.abort.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.race([processes.stop(STOP_GRACE_MS), now.then(() => processes.stop(0))])
  screen.note(`stopped; the same command continues (state in ${prepared.state.path})`)
  return EXIT.interrupted
}

async function rowsRecorded(system: System, { spec, state }: PreparedRun): Promise<number> {
  const { batches } = await jobProgress(system, state.jobId, AbortSignal.timeout(10_000))
  return batches * spec.batching.rows
}

/** Stops the run while it still can stop cleanly; a full disk would end it in the middle of a write. */
function watchDisk(folder: string, trouble: AbortController): NodeJS.Timeout {
  return setInterval(() => {
    freeBytes(folder).then(
      (free) => {
        if (free >= FREE_BYTES_MIN) return
        const error = new CliError(`${folder}: the disk is full (${free} bytes left)`, {
          hint: 'free some; the same command continues',
          exitCode: EXIT.failed,
        })
        trouble.abort(error)
      },
      (error: unknown) => trouble.abort(error),
    )
  }, 500)
}

async function tellAgain(
  prepared: PreparedRun,
  job: Job,
  system: System,
  world: World,
): Promise<ExitCode> {
  world.stderr.write('this run has ended already; --fresh scores everything again\n')
  const rowsBefore = job.plan?.rows ?? 0
  return await tell(prepared, job, { system, world, seconds: 0, rowsBefore })
}

interface Telling {
  readonly system: System
  readonly world: World
  readonly seconds: number
  readonly rowsBefore: number
}

async function tell(prepared: PreparedRun, job: Job, telling: Telling): Promise<ExitCode> {
  const { world, seconds, rowsBefore, system } = telling
  const { failedRows } = await jobProgress(
    system,
    prepared.state.jobId,
    AbortSignal.timeout(10_000),
  )
  const { lines, exitCode } = summaryOf(job, {
    resultPath: prepared.resultPath,
    statePath: prepared.state.path,
    rowsFailed: failedRows,
    seconds,
    rowsBefore,
  })
  const hasResult = job.state.startsWith('succeeded')
  if (prepared.toStdout && hasResult) {
    await pipeline(createReadStream(prepared.resultPath), world.stdout, { end: false })
  }
  world.stderr.write(`${lines.join('\n')}\n`)
  return exitCode
}
