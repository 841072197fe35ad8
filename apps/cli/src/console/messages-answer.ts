import type { LetterMessage, MessagesAnswer } from '@millrace/console'
import { type DeadLetter, readDeadLetters } from '@millrace/queue'
import { type BatchRows, createRowReader, rowsOfLetter } from '../dlq/rows-of-batch.ts'
import { storageOf } from '../system/storage-of.ts'
import type { ConsoleOptions } from './console-options.ts'
import type { OpenLetters } from './open-letters.ts'

const MESSAGES_MAX = 20
const ROWS_SHOWN = 3
/** SQS takes a megabyte; so much shows what a message is about. */
const BODY_CHARS_MAX = 4_000

/** The first chosen messages, each with the rows that it points to. */
export async function messagesAnswer(
  { system, queue, dead, wanted }: OpenLetters,
  options: ConsoleOptions,
  signal: AbortSignal,
): Promise<MessagesAnswer> {
  const { letters } = await readDeadLetters(dead, wanted, signal)
  await using storage = await storageOf(system, options)
  const rows = createRowReader(system, storage)
  const messages: LetterMessage[] = []
  for (const letter of letters.slice(0, MESSAGES_MAX)) {
    const shown = { rows: ROWS_SHOWN, queue }
    messages.push(messageOf(letter, await rowsOfLetter(rows, letter, shown, signal)))
  }
  return { messages }
}

function messageOf(letter: DeadLetter, batch: BatchRows | undefined): LetterMessage {
  const { messageId, code, reason, attempts, sentAtMs, body } = letter
  const sentAt = Math.floor(sentAtMs / 1_000)
  const text = body.length > BODY_CHARS_MAX ? `${body.slice(0, BODY_CHARS_MAX)}…` : body
  return { messageId, code, reason, attempts, sentAt, body: text, ...batch }
}
