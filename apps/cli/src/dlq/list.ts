import { readDeadLetters } from '@millrace/queue'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { counted } from '../show/counted.ts'
import { fit } from '../show/fit.ts'
import { oneLine } from '../show/one-line.ts'
import { tableOf } from '../show/table.ts'
import { when } from '../show/when.ts'
import type { World } from '../world.ts'
import type { DlqOptions } from './dlq-options.ts'
import { groupsOf, type LetterGroup } from './letter-groups.ts'
import { openQueues, wantedLetters } from './letters.ts'

/** `millrace dlq list`: what lies in a dead-letter queue, grouped by code and job. */
export async function list(options: DlqOptions, world: World): Promise<ExitCode> {
  await using system = await openQueues(options, world)
  const queue = system.deadLetters(options.queue)
  const { letters, all } = await readDeadLetters(queue, wantedLetters(options), world.stop)
  const groups = groupsOf(letters)
  if (options.json) {
    world.stdout.write(`${JSON.stringify({ messages: letters.length, all, groups })}\n`)
    return EXIT.succeeded
  }
  const rows = groups.map((group) => {
    const { code, job, messages, oldest } = group
    return [code, job, messages, when(oldest), reasonText(group)]
  })
  if (rows.length > 0)
    world.stdout.write(
      `${fit(tableOf(['code', 'job', 'messages', 'oldest', 'reason'], rows), world.stdout)}\n`,
    )
  world.stderr.write(`${summary(letters.length, all, options)}\n`)
  if (groups.some(({ reasons }) => reasons > 1)) {
    world.stderr.write('millrace dlq show has the reason of each\n')
  }
  return EXIT.succeeded
}

/** A code may stand for many reasons, each of which wants something else to be done. */
function reasonText({ reason, reasons }: LetterGroup): string {
  const text = oneLine(reason, REASON_CHARS_MAX)
  return reasons === 1 ? text : `${text}, and ${counted(reasons - 1, 'other reason')}`
}

function summary(count: number, all: boolean, { queue, max }: DlqOptions): string {
  const messages = count === 1 ? '1 message' : `${count} messages`
  const more = all ? '' : `; only ${max} were looked at, --max looks at more`
  return `${messages} in the dead-letter queue of ${queue}${more}`
}

const REASON_CHARS_MAX = 80
