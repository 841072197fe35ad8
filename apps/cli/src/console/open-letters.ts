import type { DeadLetter, DeadLettersWanted, Queue } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { jobOf, NO_JOB, openQueues } from '../dlq/letters.ts'
import type { QueueName, System } from '../system/system.ts'
import { isDeployed } from '../system/which-system.ts'
import type { World } from '../world.ts'
import type { ConsoleOptions } from './console-options.ts'
import { wholeJobName } from './read-request.ts'

/** Which letters of which queue: all of it where nothing is named. */
interface Choice {
  readonly queue: QueueName
  readonly job?: string
  readonly code?: string
}

export interface OpenLetters extends AsyncDisposable {
  readonly system: System
  readonly queue: QueueName
  readonly dead: Queue
  /** Where they come from. */
  readonly source: Queue
  readonly wanted: DeadLettersWanted
}

/** As many as the verbs of the command line look at, unless they are told otherwise. */
export const LOOKED_AT_MAX = 1_000

/**
 * Opens a dead-letter queue for letters of exactly this job and code: what is swept away is to be what was shown.
 *
 * @throws {CliError} when it is that of a run, and no job says of which.
 */
export async function openLetters(
  { queue, job, code }: Choice,
  options: ConsoleOptions,
  world: World,
): Promise<OpenLetters> {
  if (!isDeployed(options, world) && !wholeJobName.safeParse(job).success) {
    throw new CliError('wanted the whole name of a job: each run has dead letters of its own')
  }
  const of = job === undefined ? {} : { job }
  const system = await openQueues(
    { ...options, ...of, queue, max: LOOKED_AT_MAX, json: false },
    world,
  )
  const matches = (letter: DeadLetter): boolean =>
    (code === undefined || letter.code === code) &&
    (job === undefined || (jobOf(letter) ?? NO_JOB) === job)
  return {
    system,
    queue,
    dead: system.deadLetters(queue),
    source: system.queue(queue),
    wanted: { max: LOOKED_AT_MAX, matches },
    [Symbol.asyncDispose]: () => system[Symbol.asyncDispose](),
  }
}
