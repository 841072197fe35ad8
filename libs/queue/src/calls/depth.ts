import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { classifyFailure } from './classify-failure.ts'
import type { Queue } from './queue.ts'

/** How many messages a queue holds. SQS counts approximately, and about a minute late. */
export interface QueueDepth {
  readonly visible: number
  /** Received and neither deleted nor visible again. */
  readonly inFlight: number
  /** Published with a delay that is not over. */
  readonly delayed: number
}

/** @throws {QueueError} when SQS does not tell. */
export async function readDepth(queue: Queue, signal: AbortSignal): Promise<QueueDepth> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queue.url,
    AttributeNames: [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ],
  })
  const { Attributes = {} } = await queue.client
    .send(command, { abortSignal: signal })
    .catch((error: unknown) => {
      signal.throwIfAborted()
      throw classifyFailure('read the depth of', queue.url, error)
    })
  return {
    visible: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
    inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed'] ?? 0),
  }
}
