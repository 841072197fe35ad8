import type { Redriven, Swept } from '@millrace/queue'
import type { World } from '../world.ts'
import type { DlqOptions } from './dlq-options.ts'

type SweptOrRedriven = Swept & Partial<Pick<Redriven, 'refused' | 'refusal' | 'cameBack'>>

/** What was done with the messages of a dead-letter queue. */
export function tellSwept(
  done: string,
  swept: SweptOrRedriven,
  { json, max }: Pick<DlqOptions, 'json' | 'max'>,
  { stdout }: World,
): void {
  const { refusal } = swept
  const reason = refusal === undefined ? {} : { refusal: refusal.message }
  stdout.write(
    `${json ? JSON.stringify({ ...swept, ...reason }) : sweptText(done, swept, `only ${max} ${max === 1 ? 'was' : 'were'} looked at, --max looks at more`)}\n`,
  )
}

/** The same in a sentence; `more` is said where not all messages were looked at. */
export function sweptText(done: string, swept: SweptOrRedriven, more: string): string {
  const { removed, kept, failed, all, refused = 0, refusal, cameBack = 0 } = swept
  // Of those that were not looked at nobody knows how many there are.
  const isPart = !all && refused === 0
  const left = isPart ? `${kept} of those that were looked at left` : `${kept} left`
  const parts = [
    `${removed} ${removed === 1 ? 'message' : 'messages'} ${done}`,
    ...(isPart && kept === 0 ? [] : [left]),
  ]
  if (cameBack > 0) parts.push(`${cameBack} of them came back at once: their cause is not mended`)
  if (failed > 0) parts.push(`${failed} could not be deleted and come again`)
  if (refused > 0) parts.push(`${refused} of them not taken: ${refusal?.message}`)
  else if (!all) parts.push(more)
  return parts.join(', ')
}
