import type { Message } from '@aws-sdk/client-sqs'
import { type Evidence, EVIDENCE } from '../calls/evidence.ts'
import { factsOf } from '../calls/received.ts'

/** A message in a dead-letter queue, and why it is there. */
export interface DeadLetter {
  /** The id that the message had in its queue, by which logs tell of it. */
  readonly messageId: string
  readonly body: string
  /** `attempts_exhausted` for what SQS itself has moved there after the last attempt. */
  readonly code: string
  readonly reason: string
  /** Deliveries before it was set aside; of what SQS has moved, looks at the letter are among them. */
  readonly attempts: number
  /** When it was published, in milliseconds since the epoch. */
  readonly sentAtMs: number
  /** Unknown of what SQS has moved. */
  readonly rejectedAtMs?: number
  readonly groupId?: string
  /** The text attributes that it came with. */
  readonly attributes: Readonly<Record<string, string>>
}

export function deadLetterOf(message: Message): DeadLetter {
  const { attributes: all, attempt, sentAtMs, messageId, body, groupId } = factsOf(message)
  const evidence = all as Partial<Evidence>
  const own = new Set<string>(EVIDENCE)
  const attributes = Object.fromEntries(Object.entries(all).filter(([name]) => !own.has(name)))
  const facts = { messageId, body, attributes, ...(groupId === undefined ? {} : { groupId }) }
  if (evidence.code === undefined) {
    const reason = 'every attempt ended without an outcome, so SQS has set it aside'
    return { ...facts, code: 'attempts_exhausted', reason, attempts: attempt, sentAtMs }
  }
  const rejectedAtMs = Date.parse(evidence.rejectedAt ?? '')
  return {
    ...facts,
    messageId: evidence.messageId ?? messageId,
    code: evidence.code,
    reason: evidence.reason ?? 'none given',
    attempts: Number(evidence.attempts ?? 1),
    sentAtMs: Date.parse(evidence.sentAt ?? '') || sentAtMs,
    ...(Number.isNaN(rejectedAtMs) ? {} : { rejectedAtMs }),
  }
}
