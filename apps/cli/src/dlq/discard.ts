import { discardDeadLetters } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { World } from '../world.ts'
import type { DlqOptions } from './dlq-options.ts'
import { openQueues, wantedLetters } from './letters.ts'
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
  const swept = await discardDeadLetters(queue, wantedLetters(options), world.stop)
  tellSwept('deleted', swept, options, world)
  return swept.failed === 0 ? EXIT.succeeded : EXIT.failed
}
