import { redriveDeadLetters } from '@millrace/queue'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { World } from '../world.ts'
import type { DlqOptions } from './dlq-options.ts'
import { openQueues, wantedLetters } from './letters.ts'
import { tellSwept } from './tell-swept.ts'

export interface RedriveOptions extends DlqOptions {
  /** Messages a second, at most. */
  readonly rate: number
}

/** `millrace dlq redrive`: publishes messages again on the queue that they come from. */
export async function redrive(options: RedriveOptions, world: World): Promise<ExitCode> {
  await using system = await openQueues(options, world)
  const swept = await redriveDeadLetters(
    system.deadLetters(options.queue),
    system.queue(options.queue),
    { ...wantedLetters(options), perSecond: options.rate },
    world.stop,
  )
  tellSwept('published again', swept, options, world)
  return swept.failed + swept.refused === 0 ? EXIT.succeeded : EXIT.failed
}
