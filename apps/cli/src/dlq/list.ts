import { readDeadLetters } from '@millrace/queue'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { fit } from '../show/fit.ts'
import { oneLine } from '../show/one-line.ts'
import { tableOf } from '../show/table.ts'
import { when } from '../show/when.ts'
import type { World } from '../world.ts'
import type { DlqOptions } from './dlq-options.ts'
import { groupsOf } from './letter-groups.ts'
import { openQueues, wantedLetters } from './letters.ts'

/** `millrace dlq list`: what lies in a dead-letter queue, grouped by reason and job. */
export async function list(options: DlqOptions, world: World): Promise<ExitCode> {
  await using system = await openQueues(options, world)
  const queue = system.deadLetters(options.queue)
  const { letters, all } = await readDeadLetters(queue, wantedLetters(options), world.stop)
  const groups = groupsOf(letters)
  if (options.json) {
    world.stdout.write(`${JSON.stringify({ messages: letters.length, all, groups })}\n`)
    return EXIT.succeeded
  }
  const rows = groups.map(({ code, job, messages, oldest, reason }) => {
    return [code, job, messages, when(oldest) ?? '', oneLine(reason, REASON_CHARS_MAX)]
  })
  if (rows.length > 0)
    world.stdout.write(
      `${fit(tableOf(['code', 'job', 'messages', 'oldest', 'reason'], rows), world.stdout)}\n`,
    )
  world.stderr.write(`${summary(letters.length, all, options)}\n`)
  return EXIT.succeeded
}

function summary(count: number, all: boolean, { queue, max }: DlqOptions): string {
  const messages = count === 1 ? '1 message' : `${count} messages`
  const more = all ? '' : `; only ${max} were looked at, --max looks at more`
  return `${messages} in the dead-letter queue of ${queue}${more}`
}

const REASON_CHARS_MAX = 80
