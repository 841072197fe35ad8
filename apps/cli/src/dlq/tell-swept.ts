import type { Redriven, Swept } from '@millrace/queue'
import type { World } from '../world.ts'
import type { DlqOptions } from './dlq-options.ts'

/** What was done with the messages of a dead-letter queue. */
export function tellSwept(
  done: string,
  swept: Swept & Partial<Pick<Redriven, 'refused' | 'refusal'>>,
  options: Pick<DlqOptions, 'json' | 'max'>,
  { stdout }: World,
): void {
  const { removed, kept, failed, all, refused = 0, refusal } = swept
  if (options.json) {
    const reason = refusal === undefined ? {} : { refusal: refusal.message }
    stdout.write(`${JSON.stringify({ ...swept, ...reason })}\n`)
    return
  }
  const parts = [`${removed} ${removed === 1 ? 'message' : 'messages'} ${done}`, `${kept} left`]
  if (failed > 0) parts.push(`${failed} could not be deleted and come again`)
  if (refused > 0) parts.push(`${refused} of them not taken: ${refusal?.message}`)
  else if (!all) parts.push(`only ${options.max} were looked at, --max looks at more`)
  stdout.write(`${parts.join(', ')}\n`)
}
