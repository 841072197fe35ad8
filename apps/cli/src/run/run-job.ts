import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  encodeJobRequest,
  isFinal,
  type Job,
  type JobId,
  type JobRequest,
  jobIdOf,
} from '@millrace/job'
import { adjustJob, readJob } from '@millrace/ledger'
import { publish } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { expectedText } from '../cost/expected-text.ts'
import { EXIT } from '../exit-code.ts'
import { createEndpointWatch } from '../local/endpoint-watch.ts'
import type { Processes } from '../local/processes.ts'
import { type LocalApps, startApps } from '../local/start-apps.ts'
import type { Snapshot } from '../show/screen.ts'
import { noteBegun } from '../system/job-folders.ts'
import { jobProgress } from '../system/job-progress.ts'
import type { System } from '../system/system.ts'
import { watchJob } from '../watch/watch-job.ts'
import { watchDisks } from './disk-space.ts'
import { createRefusalWatch, type Refused } from './refusal-watch.ts'

/** Whoever looks at a run: the terminal, or a program that uses this as a library. */
export interface RunHooks {
  show(snapshot: Snapshot): void
  /** A sentence about something that happened. */
  note(text: string): void
  /** One that must be heard, however quiet the run is to be: it costs money, or is lost otherwise. */
  warn(text: string): void
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
      /** By this job itself: a retry has recorded only what it invoked again. */
      readonly batchesRecorded: number
      /** Rows that were recorded before this run began. */
      readonly rowsBefore: number
      readonly seconds: number
    }

/** A consumer finishes what it has in flight within this after ctrl-C. */
const STOP_GRACE_MS = 10_000
const LOOK_EVERY_MS = 200
/** Roles and endpoints that were just made take some minutes; under `nohup` nobody would ever end the wait. */
const PATIENCE_MS = 5 * 60_000

/** What a job on this machine needs to be worked on. */
export interface JobHere {
  readonly request: JobRequest
  readonly apps: LocalApps
  readonly system: System
  /** The folder of its state, and that of the logs in it. */
  readonly folder: string
  readonly logs: string
  /** When it is to have ended, in seconds since the epoch. */
  readonly deadline?: number | undefined
}

/**
 * Starts the apps for a job, asks them for it and watches it to its end.
 *
 * Of a request that the producer refuses there never is a job: whoever has made a place for it removes that.
 *
 * @param rowsBefore how many rows were recorded before; of the job as it has ended, since its plan tells.
 */
export async function runJob(
  { request, apps, system, folder, logs, deadline }: JobHere,
  rowsBefore: (ended: Job) => number,
  hooks: RunHooks,
): Promise<RunEnd | Refused> {
  const jobId = jobIdOf(request.clientToken)
  const trouble = new AbortController()
  const ask = (): Promise<unknown> =>
    publish(system.queue('jobs'), [{ body: encodeJobRequest(request) }], trouble.signal)

  await noteBegun(folder, jobId, Date.now())
  const isAway = await createEndpointWatch({
    ...{ logs, apps: 'new', note: hooks.note, patienceMs: PATIENCE_MS },
    now: () => performance.now(),
  })
  const startedAt = performance.now()
  const { processes } = await startApps(apps, {
    logs,
    onRestart: (name, how) => {
      hooks.note(`${name} ended (${how}) and was started again`)
      // The messages that it held are hidden for a while; asking again publishes what is missing.
      ask().catch((error: unknown) => trouble.abort(error))
    },
    onGiveUp: (name, how) =>
      trouble.abort(
        new CliError(`${name} cannot run (${how})`, {
          hint: `see ${logs}/${name}.log`,
          exitCode: EXIT.failed,
        }),
      ),
  })
  using _watchdog = watchDisks([folder, ...resultFolder(request)], trouble)
  const refusal = createRefusalWatch(system, jobId, logs)
  try {
    await ask()
    const job = await watchJob(
      {
        readJob: readWithDeadline(system, jobId, deadline),
        notYet: refusal.look,
        planning: refusal.lookAtPlanning,
        readProgress: (signal) => jobProgress(system, jobId, signal),
        isAway,
        show: hooks.show,
        planned: async (planned) => {
          const expected = await expectedText(planned, apps)
          if (expected !== undefined) hooks.note(expected)
        },
        now: () => performance.now(),
        everyMs: LOOK_EVERY_MS,
      },
      AbortSignal.any([hooks.stop, hooks.abort, trouble.signal]),
    )
    const seconds = (performance.now() - startedAt) / 1_000
    // The job has ended: nothing is in flight that anybody would miss.
    await processes.stop(0)
    return await endOf(system, job, rowsBefore(job), seconds)
  } catch (error) {
    if (refusal.refused !== undefined) {
      await processes.stop(0)
      return refusal.refused
    }
    if (!hooks.stop.aborted) throw trouble.signal.aborted ? trouble.signal.reason : error
    await stopCleanly(processes, hooks)
    hooks.note(`stopped; the same command continues (state in ${folder})`)
    return { kind: 'stopped' }
  } finally {
    await processes.stop(hooks.abort.aborted ? 0 : STOP_GRACE_MS)
  }
}

/** Sets the deadline at the first look at which there is a job that has not ended: it may be moved after that. */
function readWithDeadline(
  { ledger }: System,
  jobId: JobId,
  deadline: number | undefined,
): (signal: AbortSignal) => Promise<Job | undefined> {
  let isSet = deadline === undefined
  return async (signal) => {
    const job = await readJob(ledger, jobId, signal)
    if (deadline === undefined || isSet || job === undefined || isFinal(job.state)) return job
    await adjustJob(ledger, jobId, { deadline }, signal)
    isSet = true
    return { ...job, adjusted: { ...job.adjusted, deadline } }
  }
}

/** Nothing for a result in S3. */
const resultFolder = ({ spec: { output } }: JobRequest): string[] =>
  output.uri.startsWith('file:') ? [dirname(fileURLToPath(output.uri))] : []

async function stopCleanly(processes: Processes, { note, abort }: RunHooks): Promise<void> {
  note('stopping: finishing what is in flight (ctrl-C again to stop now)')
  const now = new Promise<void>((resolve) => {
    if (abort.aborted) resolve()
    else abort.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.race([processes.stop(STOP_GRACE_MS), now.then(() => processes.stop(0))])
}

/** What a job that has ended is told of. */
export async function endOf(
  system: System,
  job: Job,
  rowsBefore: number,
  seconds: number,
): Promise<RunEnd> {
  const signal = AbortSignal.timeout(10_000)
  const { failedRows, batches } = await jobProgress(system, job.jobId, signal)
  const recorded = { rowsFailed: failedRows, batchesRecorded: batches }
  return { kind: 'ended', job, ...recorded, rowsBefore, seconds }
}
