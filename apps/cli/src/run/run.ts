import { createReadStream, existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { type Cloud, startCloud } from '@millrace/cloud'
import { encodeJobRequest, isFinal, type Job } from '@millrace/job'
import { createLedgerClient, type Ledger, readJob, readProgress } from '@millrace/ledger'
import { createQueueClient, publish, type Queue } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { FREE_BYTES_MIN, freeBytes } from './disk-space.ts'
import { startSystem, VISIBILITY_SECONDS } from './local-system.ts'
import { type PreparedRun, prepareRun } from './prepare-run.ts'
import type { Processes } from './processes.ts'
import { regionOf } from './region.ts'
import type { RunOptions } from './run-options.ts'
import { createScreen, type Screen } from './screen.ts'
import { summaryOf } from './summary.ts'
import { watchJob } from './watch-job.ts'

export interface Terminal {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** First ctrl-C or SIGTERM: stop cleanly. */
  readonly stop: AbortSignal
  /** Second one: stop now. */
  readonly abort: AbortSignal
}

/** A consumer finishes what it has in flight within this after ctrl-C. */
const STOP_GRACE_MS = 10_000

/**
 * Runs one job on this machine, from the file to the result.
 *
 * The queue lives in memory and the ledger on disk: when anything is killed, this process included,
 * the same command asks for the same job again and the producer publishes what the ledger lacks.
 */
export async function run(options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const prepared = await prepareRun(options, terminal.stdin, terminal.stop)
  const region = await regionOf(options)
  await using cleanup = new AsyncDisposableStack()

  const cloud = await openCloud(prepared)
  cleanup.defer(() => cloud.close())
  const local = connect(cloud, region)
  cleanup.defer(() => local.close())

  const before = await readJob(local.ledger, prepared.state.jobId, terminal.stop)
  if (before !== undefined && isFinal(before.state)) {
    const done = before.state.startsWith('succeeded') && existsSync(prepared.resultPath)
    if (done) return await tellAgain(prepared, before, local.ledger, terminal)
    await cleanup.disposeAsync()
    await rm(prepared.state.path, { recursive: true, force: true })
    return await run({ ...options, fresh: true }, terminal)
  }
  return await runJob(prepared, options, { cloud, region, ...local }, terminal)
}

interface Local {
  readonly ledger: Ledger
  readonly jobs: Queue
}

async function runJob(
  prepared: PreparedRun,
  options: RunOptions,
  system: Local & { cloud: Cloud; region: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const { spec, state } = prepared
  const screen = createScreen(terminal.stderr, { quiet: options.quiet, now: Date.now })
  const trouble = new AbortController()
  const request = (): Promise<unknown> =>
    publish(
      system.jobs,
      [{ body: encodeJobRequest({ clientToken: state.clientToken, spec }) }],
      trouble.signal,
    )
  const rowsBefore = await rowsRecorded(system.ledger, prepared)
  if (rowsBefore > 0) screen.note(`continuing: about ${rowsBefore} rows are recorded already`)

  const startedAt = performance.now()
  const processes = await startSystem(prepared, options, system.cloud, system.region, {
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
        readProgress: (signal) => progressOf(system.ledger, prepared, signal),
        show: screen.show,
        now: () => performance.now(),
      },
      AbortSignal.any([terminal.stop, terminal.abort, trouble.signal]),
    )
    screen.close()
    const seconds = (performance.now() - startedAt) / 1_000
    // The job has ended: nothing is in flight that anybody would miss.
    await processes.stop(0)
    return await tell(prepared, job, { system, terminal, seconds, rowsBefore })
  } catch (error) {
    screen.close()
    if (!terminal.stop.aborted) throw trouble.signal.aborted ? trouble.signal.reason : error
    return await stopped(processes, screen, prepared, terminal)
  } finally {
    clearInterval(watchdog)
    await processes.stop(terminal.abort.aborted ? 0 : STOP_GRACE_MS)
  }
}

async function stopped(
  processes: Processes,
  screen: Screen,
  prepared: PreparedRun,
  terminal: Terminal,
): Promise<ExitCode> {
  screen.note('stopping: finishing what is in flight (ctrl-C again to stop now)')
  const now = new Promise<void>((resolve) => {
    if (terminal.abort.aborted) resolve()
    else terminal.abort.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.race([processes.stop(STOP_GRACE_MS), now.then(() => processes.stop(0))])
  screen.note(`stopped; the same command continues (state in ${prepared.state.path})`)
  return EXIT.interrupted
}

async function openCloud({ state }: PreparedRun): Promise<Cloud> {
  try {
    return await startCloud({
      stateDir: state.ledger,
      visibilityTimeoutSeconds: VISIBILITY_SECONDS,
    })
  } catch (cause) {
    throw new CliError(`${state.path}: cannot be opened: ${(cause as Error).message}`, { cause })
  }
}

function connect(cloud: Cloud, region: string): Local & { close(): void } {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const { env } = cloud
  const client = createLedgerClient({
    region,
    endpointUrl: env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
    credentials,
  })
  const queueClient = createQueueClient({
    region,
    endpointUrl: env['AWS_ENDPOINT_URL_SQS'] ?? '',
    credentials,
    use: 'publish',
  })
  return {
    ledger: { client, tableName: env['MILLRACE_LEDGER_TABLE'] ?? '' },
    jobs: { client: queueClient, url: env['MILLRACE_JOBS_QUEUE_URL'] ?? '' },
    close: () => {
      client.destroy()
      queueClient.destroy()
    },
  }
}

async function rowsRecorded(ledger: Ledger, { spec, state }: PreparedRun): Promise<number> {
  const { done } = await readProgress(ledger, state.jobId, AbortSignal.timeout(10_000))
  return done.size * spec.batching.rows
}

async function progressOf(
  ledger: Ledger,
  { state }: PreparedRun,
  signal: AbortSignal,
): Promise<{ batches: number; failedRows: number }> {
  const { done, failedRows } = await readProgress(ledger, state.jobId, signal)
  return { batches: done.size, failedRows: [...failedRows.values()].reduce((sum, n) => sum + n, 0) }
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
  ledger: Ledger,
  terminal: Terminal,
): Promise<ExitCode> {
  terminal.stderr.write('this run has ended already; --fresh scores everything again\n')
  const rowsBefore = job.plan?.rows ?? 0
  return await tell(prepared, job, { system: { ledger }, terminal, seconds: 0, rowsBefore })
}

interface Telling {
  readonly system: Pick<Local, 'ledger'>
  readonly terminal: Terminal
  readonly seconds: number
  readonly rowsBefore: number
}

async function tell(prepared: PreparedRun, job: Job, telling: Telling): Promise<ExitCode> {
  const { terminal, seconds, rowsBefore, system } = telling
  const { failedRows } = await progressOf(system.ledger, prepared, AbortSignal.timeout(10_000))
  const { lines, exitCode } = summaryOf(job, {
    resultPath: prepared.resultPath,
    statePath: prepared.state.path,
    rowsFailed: failedRows,
    seconds,
    rowsBefore,
  })
  const hasResult = job.state.startsWith('succeeded')
  if (prepared.toStdout && hasResult) {
    await pipeline(createReadStream(prepared.resultPath), terminal.stdout, { end: false })
  }
  terminal.stderr.write(`${lines.join('\n')}\n`)
  return exitCode
}
