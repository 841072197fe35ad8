import type { Message } from '@aws-sdk/client-sqs'
import { type OutgoingEntry, stringAttributes } from './publish.ts'

/** SQS takes ten attributes a message. */
const ATTRIBUTES_MAX = 10

/**
 * The same work as a new message: body, group and attributes. Those `added` stand in the place of
 * those of their name, and of the last ones when there are more than SQS takes.
 */
export function copyOf(
  message: Message,
  added: Readonly<Record<string, string>>,
  removed: readonly string[] = [],
): OutgoingEntry {
  const kept = Object.entries(message.MessageAttributes ?? {}).filter(
    ([name]) => !(name in added) && !removed.includes(name),
  )
  const room = ATTRIBUTES_MAX - Object.keys(added).length
  const groupId = message.Attributes?.MessageGroupId
  const attributes = { ...Object.fromEntries(kept.slice(0, room)), ...stringAttributes(added) }
  return {
    MessageBody: message.Body,
    ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    ...(Object.keys(attributes).length === 0 ? {} : { MessageAttributes: attributes }),
  }
}
