import { printable } from '@millrace/job'
import { type DeadLetter, readDeadLetters } from '@millrace/queue'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { factsOf } from '../show/table.ts'
import { when } from '../show/when.ts'
import { storageOf } from '../system/storage-of.ts'
import type { World } from '../world.ts'
import type { DlqOptions } from './dlq-options.ts'
import { jobOf, openQueues, wantedLetters } from './letters.ts'
import { type BatchRows, createRowReader, rowsOfLetter } from './rows-of-batch.ts'

export interface ShowOptions extends DlqOptions {
  /** Rows shown of each batch. */
  readonly rows: number
}

/** `millrace dlq show`: each message, why it is there, and the first rows that it points to. */
export async function show(options: ShowOptions, world: World): Promise<ExitCode> {
  await using system = await openQueues(options, world)
  const queue = system.deadLetters(options.queue)
  const { letters } = await readDeadLetters(queue, wantedLetters(options), world.stop)
  await using storage = await storageOf(system, options)
  const rows = createRowReader(system, storage)
  for (const letter of letters) {
    const batch = await rowsOfLetter(rows, letter, options, world.stop)
    const text = options.json ? JSON.stringify({ ...letter, batch }) : told(letter, batch)
    world.stdout.write(`${text}\n${options.json ? '' : '\n'}`)
  }
  return EXIT.succeeded
}

function told(letter: DeadLetter, batch: BatchRows | undefined): string {
  const facts = factsOf([
    ['message', letter.messageId],
    ['code', letter.code],
    ['reason', letter.reason],
    ['attempts', letter.attempts],
    ['sent', when(Math.floor(letter.sentAtMs / 1_000))],
    [
      'set aside',
      letter.rejectedAtMs === undefined ? undefined : when(Math.floor(letter.rejectedAtMs / 1_000)),
    ],
    ['job', jobOf(letter)],
    ['body', letter.body.slice(0, BODY_CHARS_MAX)],
    ['place', batch?.place],
    ['rows', batch?.missing === undefined ? undefined : `not shown: ${batch.missing}`],
  ])
  const rows = (batch?.rows ?? []).map(({ row, text }) => `  row ${row}  ${printable(text)}`)
  return [facts, ...rows].join('\n')
}

const BODY_CHARS_MAX = 1_000
