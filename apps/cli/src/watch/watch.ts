import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isFinal, type Job, type JobId } from '@millrace/job'
import { readJob } from '@millrace/ledger'
import { expectedText } from '../cost/expected-text.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { createEndpointWatch } from '../local/endpoint-watch.ts'
import { nearJob } from '../list/near-job.ts'
import { fit } from '../show/fit.ts'
import { createScreen, type Snapshot } from '../show/screen.ts'
import { when } from '../show/when.ts'
import { jobFacts } from '../status/job-facts.ts'
import { createWaitTeller, waitsText } from '../status/waits.ts'
import { type JobProgress, jobProgress } from '../system/job-progress.ts'
import { stateFolderOf } from '../system/local-system.ts'
import { noRunAtWork } from '../system/no-run-at-work.ts'
import { openJob } from '../system/open-system.ts'
import { patient } from '../system/patient.ts'
import type { SystemOptions } from '../system/which-system.ts'
import type { System } from '../system/system.ts'
import type { World } from '../world.ts'
import { createJobWait } from './await-job.ts'
import { CLOCKS_APART_MS_MAX, createRefusalSearch } from '../refusal/find-refusal.ts'
import { type FollowedSystem, followSystem } from './follow-system.ts'
import { watchJob } from './watch-job.ts'

export interface WatchOptions extends SystemOptions {
  readonly job?: string
  /** One JSON object a look. */
  readonly json: boolean
}

/** `millrace watch`: shows a job until it has ended, from when it was submitted on; then exits as `run` does. */
export async function watch(options: WatchOptions, world: World): Promise<ExitCode> {
  const { system, jobId } = await openJob(options.job, options, world)
  await using _open = system
  // A stack that cannot be reached at all is told at once: it is waited for only while a job is shown.
  if (system.kind === 'deployed') await readJob(system.ledger, jobId, world.stop)
  return await follow(system, jobId, { ...options, isAsked: false }, world)
}

export interface FollowOptions {
  /** One JSON object a look. */
  readonly json: boolean
  /** False where it was asked for at some time before: what was refused then may be all that there is. */
  readonly isAsked?: boolean
}

/** A look at a stack's ledger is paid for: each reads all marks of the job's progress. */
const LOOK_EVERY_MS = { local: 250, deployed: 2_000 } as const

/**
 * Shows the job, which may still have to be made by the producer, until it has ended. It goes on without
 * us: whoever stops to look is told how to look again.
 *
 * @throws {CliError} when it will not end by waiting: its request was refused, or nobody works on it.
 */
export async function follow(
  system: System,
  jobId: JobId,
  { json, isAsked = true }: FollowOptions,
  world: World,
): Promise<ExitCode> {
  let isThere = false
  let latest: Job | undefined
  const screen = createScreen(world.stderr, {
    quiet: json,
    now: Date.now,
    env: world.env,
  })
  const show = json
    ? (snapshot: Snapshot) => {
        const waits = latest && waitsText(latest, Math.floor(Date.now() / 1_000))
        const facts = { jobId, ...snapshot, ...(waits !== undefined && { waits }) }
        world.stdout.write(`${JSON.stringify(facts)}\n`)
      }
    : screen.show
  await using followed = followSystem(system)
  const ask = system.kind === 'deployed' ? patient({ note: screen.note, wait: sleep }) : once
  const readProgress = (signal: AbortSignal): Promise<JobProgress> =>
    ask(() => followed.ask((asked) => jobProgress(asked, jobId, signal), signal), signal)
  try {
    const isAway = await endpointWatch(system, screen.note)
    // Of a run on this machine the logs tell, and at once.
    const tellWait = isAway === undefined ? createWaitTeller(screen.note) : undefined
    const deps = {
      readJob: async (signal: AbortSignal) => {
        const job = await ask(() => readWorkedOn(followed, jobId, signal), signal)
        isThere ||= job !== undefined
        latest = job
        if (job !== undefined) tellWait?.(job)
        return job
      },
      notYet: jobWait(followed, jobId, isAsked, screen.note),
      readProgress,
      ...(isAway === undefined ? {} : { isAway }),
      show,
      planned: async (planned: Job) => {
        const expected = await expectedText(planned, system)
        if (expected !== undefined) screen.note(expected)
      },
      now: () => performance.now(),
      everyMs: LOOK_EVERY_MS[system.kind],
    }
    const job = await watchJob(deps, world.stop)
    screen.close()
    const progress = await readProgress(world.stop)
    if (!json) world.stdout.write(`${fit(jobFacts(job, progress), world.stdout)}\n`)
    return exitCodeOf(job)
  } catch (error) {
    screen.close()
    if (world.stop.aborted) {
      const what = isThere || isAsked ? 'the job goes on' : 'there is no such job yet'
      screen.note(`${what}; millrace watch ${jobId} shows it`)
    }
    throw error
  } finally {
    screen.close()
  }
}

/** The apps of a run at work log on this machine; it also decides for how long they wait. */
async function endpointWatch(system: System, note: (text: string) => void) {
  if (system.kind !== 'local') return undefined
  const logs = join(stateFolderOf(system), 'logs')
  return await createEndpointWatch({ logs, apps: 'at_work', note, now: () => performance.now() })
}

/** What a run at work does not answer, nobody answers later. */
const once = async <Answer>(question: () => Promise<Answer>): Promise<Answer> => await question()

/** The job, when it has ended or somebody works on it: by waiting alone no other would ever end. */
async function readWorkedOn(
  followed: FollowedSystem,
  jobId: JobId,
  signal: AbortSignal,
): Promise<Job | undefined> {
  const job = await followed.ask(({ ledger }) => readJob(ledger, jobId, signal), signal)
  const isOver = job !== undefined && isFinal(job.state)
  if (followed.current.isHost && !isOver) throw noRunAtWork(jobId, job)
  return job
}

/** What is done while the producer has not made the job. */
function jobWait(
  followed: FollowedSystem,
  jobId: JobId,
  isAsked: boolean,
  note: (text: string) => void,
): (signal: AbortSignal) => Promise<void> {
  const startedAtMs = Date.now()
  const find = createRefusalSearch(jobId, isAsked ? startedAtMs : 0)
  const findRefusal = async (signal: AbortSignal) => {
    const letter = await find(followed.current, signal)
    const isBefore = letter !== undefined && letter.sentAtMs < startedAtMs - CLOCKS_APART_MS_MAX
    return isBefore ? { ...letter, before: when(Math.floor(letter.sentAtMs / 1_000)) } : letter
  }
  const findNear = async (signal: AbortSignal): Promise<string | undefined> => {
    // What was asked for by this command is not mistyped; and it is no more than a help.
    if (isAsked || followed.current.kind === 'local') return undefined
    return await nearJob(followed.current, jobId, signal).catch(() => undefined)
  }
  return createJobWait({ findRefusal, findNear, note, now: () => performance.now() }, jobId)
}

function exitCodeOf({ state }: Job): ExitCode {
  if (state === 'succeeded') return EXIT.succeeded
  return state === 'succeeded_with_failures' ? EXIT.succeededWithFailures : EXIT.failed
}
