import type { Message } from '@aws-sdk/client-sqs'
import { limits } from '@millrace/job'
import { nameOf } from './classify-failure.ts'
import type { Queue } from './queue.ts'
import type { Rejection } from './received.ts'

/**
 * What stands beside a message in a dead-letter queue, as message attributes. A message that SQS has
 * moved there itself, after its last attempt, has none of them.
 */
export const EVIDENCE = [
  'code',
  'reason',
  'attempts',
  'queue',
  'messageId',
  'sentAt',
  'rejectedAt',
] as const

export type Evidence = Readonly<Record<(typeof EVIDENCE)[number], string>>

/** What SQS refuses in a text: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
// oxlint-disable-next-line no-control-regex -- these are the characters meant.
const REFUSED_TEXT = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

export function evidenceOf(message: Message, from: Queue, { code, reason }: Rejection): Evidence {
  const { ApproximateReceiveCount = '1', SentTimestamp = '0' } = message.Attributes ?? {}
  // A character of two units may be cut in half.
  const cut = reason.slice(0, limits.failureMessageCharsMax).toWellFormed()
  const text = cut.replace(REFUSED_TEXT, '\uFFFD')
  return {
    code,
    reason: text === '' ? 'none given' : text,
    attempts: ApproximateReceiveCount,
    queue: nameOf(from.url),
    // What is set aside is a copy, to which SQS gives an id of its own.
    messageId: message.MessageId ?? 'unknown',
    sentAt: new Date(Number(SentTimestamp)).toISOString(),
    rejectedAt: new Date().toISOString(),
  }
}
