import { discardDeadLetters, type Queue, readDeadLetters } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { World } from '../world.ts'
import type { DlqOptions } from './dlq-options.ts'
import { jobOf, openQueues, wantedLetters } from './letters.ts'
import { tellSwept } from './tell-swept.ts'

export interface DiscardOptions extends DlqOptions {
  /** Those of every code and job. */
  readonly all: boolean
}

/** `millrace dlq discard`: deletes messages for good. */
export async function discard(options: DiscardOptions, world: World): Promise<ExitCode> {
  if (options.code === undefined && options.job === undefined && !options.all) {
    throw new CliError('dlq discard: wanted a job, --code or --all, got none of them', {
      hint: 'millrace dlq list shows what there is',
    })
  }
  await using system = await openQueues(options, world)
  const queue = system.deadLetters(options.queue)
  const wanted = wantedLetters(await ofOneJob(queue, options, world.stop))
  const swept = await discardDeadLetters(queue, wanted, world.stop)
  tellSwept('deleted', swept, options, world)
  return swept.failed === 0 ? EXIT.succeeded : EXIT.failed
}

/**
 * The same with the whole name of the job: what is deleted is gone, so the beginning of several names is
 * that of none.
 *
 * @throws {CliError} when messages of several jobs are there that begin so.
 */
async function ofOneJob(
  queue: Queue,
  options: DiscardOptions,
  signal: AbortSignal,
): Promise<DiscardOptions> {
  if (options.job === undefined) return options
  const { letters } = await readDeadLetters(queue, wantedLetters(options), signal)
  const [job = options.job, ...others] = new Set(letters.map(jobOf))
  if (others.length === 0) return { ...options, job }
  throw new CliError(`${options.job}: several jobs begin so: ${[job, ...others].join(', ')}`, {
    hint: 'name one of them in full',
  })
}
