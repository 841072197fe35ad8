import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs'

/** One delivery of a message, as its handler sees it. */
export interface Received {
  readonly body: string
  /** For logs. Never a key: a redrive or a requeue gives the same work another id. */
  readonly messageId: string
  /** Deliveries of this message so far, this one included: from 1. */
  readonly attempt: number
  /** How often the same work was given back uncharged, as another message, before this one. */
  readonly requeues: number
  readonly groupId?: string
  /** The message's text attributes. */
  readonly attributes: Readonly<Record<string, string>>
  /** When it was published, in milliseconds since the epoch. */
  readonly sentAtMs: number
  /** Until when no other worker sees it, as extended so far, in milliseconds since the epoch. */
  visibleUntilMs(): number
}

/** What is to happen to a message after an attempt. */
export type Disposition =
  /** Done: delete it. */
  | { readonly kind: 'acknowledge' }
  /** Another attempt, after the delay; a jittered backoff by attempt when none is given. */
  | { readonly kind: 'release'; readonly delaySeconds?: number }
  /** Another attempt that is not counted: a copy is published, then this one is deleted. */
  | { readonly kind: 'requeue'; readonly delaySeconds?: number }
  /** No attempt can succeed: to the dead-letter queue with the reason; released when there is none. */
  | ({ readonly kind: 'dead_letter' } & Rejection)

/** Why no attempt can succeed. */
export interface Rejection {
  /** In snake_case, for grouping: `not_json`. */
  readonly code: string
  /** A sentence for whoever reads the dead-letter queue. */
  readonly reason: string
}

/** The facts of a delivery that do not change while it is held. */
export function factsOf(message: Message): Omit<Received, 'visibleUntilMs'> {
  const { ApproximateReceiveCount, SentTimestamp, MessageGroupId } = message.Attributes ?? {}
  return {
    body: message.Body ?? '',
    messageId: message.MessageId ?? '',
    attempt: Number(ApproximateReceiveCount ?? 1),
    sentAtMs: Number(SentTimestamp ?? 0),
    attributes: textAttributes(message.MessageAttributes ?? {}),
    requeues: requeuesOf(message),
    ...(MessageGroupId === undefined ? {} : { groupId: MessageGroupId }),
  }
}

/** The attribute in which a copy counts those before it. */
export const REQUEUES = 'requeues'

/** 0 for a message that is no copy, and for a count that is none. */
export function requeuesOf({ MessageAttributes }: Message): number {
  const count = Number(MessageAttributes?.[REQUEUES]?.StringValue ?? 0)
  return Number.isSafeInteger(count) && count > 0 ? count : 0
}

function textAttributes(attributes: Record<string, MessageAttributeValue>) {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, { StringValue }]) =>
      StringValue === undefined ? [] : [[name, StringValue]],
    ),
  )
}
