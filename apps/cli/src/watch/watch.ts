import type { Job, JobId } from '@millrace/job'
import { readJob } from '@millrace/ledger'
import { CliError } from '../cli-error.ts'
import { expectedText } from '../cost/expected-text.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { fit } from '../show/fit.ts'
import { createScreen, type Snapshot } from '../show/screen.ts'
import { jobFacts } from '../status/job-facts.ts'
import { jobProgress } from '../system/job-progress.ts'
import { openJob } from '../system/open-system.ts'
import type { SystemOptions } from '../system/which-system.ts'
import type { System } from '../system/system.ts'
import type { World } from '../world.ts'
import { watchJob } from './watch-job.ts'

export interface WatchOptions extends SystemOptions {
  readonly job?: string
  /** One JSON object a look. */
  readonly json: boolean
}

/** `millrace watch`: shows a job until it has ended; then exits as `run` does. */
export async function watch(options: WatchOptions, world: World): Promise<ExitCode> {
  const { system, jobId } = await openJob(options.job, options, world)
  await using _open = system
  if ((await readJob(system.ledger, jobId, world.stop)) === undefined) {
    throw new CliError(`${jobId}: no such job`)
  }
  return await follow(system, jobId, options, world)
}

/** A look at a stack's ledger is paid for: each reads all marks of the job's progress. */
const LOOK_EVERY_MS = { local: 250, deployed: 2_000 } as const

/** Shows the job, which may still have to be made by the producer, until it has ended. */
export async function follow(
  system: System,
  jobId: JobId,
  { json }: { readonly json: boolean },
  world: World,
): Promise<ExitCode> {
  const screen = createScreen(world.stderr, {
    quiet: json,
    now: Date.now,
    env: world.env,
  })
  const show = json
    ? (snapshot: Snapshot) => void world.stdout.write(`${JSON.stringify({ jobId, ...snapshot })}\n`)
    : screen.show
  try {
    const deps = {
      readJob: (signal: AbortSignal) => readJob(system.ledger, jobId, signal),
      readProgress: (signal: AbortSignal) => jobProgress(system, jobId, signal),
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
    const progress = await jobProgress(system, jobId, world.stop)
    if (!json) world.stdout.write(`${fit(jobFacts(job, progress), world.stdout)}\n`)
    return exitCodeOf(job)
  } finally {
    screen.close()
  }
}

function exitCodeOf({ state }: Job): ExitCode {
  if (state === 'succeeded') return EXIT.succeeded
  return state === 'succeeded_with_failures' ? EXIT.succeededWithFailures : EXIT.failed
}
