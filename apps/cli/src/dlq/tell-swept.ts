import type { Swept } from '@millrace/queue'
import type { World } from '../world.ts'
import type { DlqOptions } from './dlq-options.ts'

/** What was done with the messages of a dead-letter queue. */
export function tellSwept(
  done: string,
  swept: Swept,
  options: Pick<DlqOptions, 'json' | 'max'>,
  { stdout }: World,
): void {
  const { removed, kept, failed, all } = swept
  if (options.json) {
    stdout.write(`${JSON.stringify(swept)}\n`)
    return
  }
  const parts = [`${removed} ${removed === 1 ? 'message' : 'messages'} ${done}`, `${kept} left`]
  if (failed > 0) parts.push(`${failed} could not be deleted and come again`)
  if (!all) parts.push(`only ${options.max} were looked at, --max looks at more`)
  stdout.write(`${parts.join(', ')}\n`)
}
