import type { SQSClient } from '@aws-sdk/client-sqs'
import type { WorkerQueues } from './message-calls.ts'
import { createQueueClient, type Queue } from './queue.ts'

/** The queue that an app works on, and those that it publishes to. */
export interface AppQueues {
  readonly worked: WorkerQueues
  publishTo(url: string): Queue
  /** Every client there is, to watch. */
  readonly clients: readonly SQSClient[]
  [Symbol.dispose](): void
}

export interface AppQueuesOptions {
  readonly region: string
  /** See `createQueueClient`. */
  readonly endpointUrl?: string | undefined
  /** Of the queue that is worked on. */
  readonly url: string
  /** Where messages go that nobody can use. */
  readonly deadLetterUrl?: string | undefined
}

/** Opens a client to receive, one to acknowledge and one to publish: none waits for a socket of another. */
export function openQueues(options: AppQueuesOptions): AppQueues {
  const { url, deadLetterUrl, ...connection } = options
  const receiving = createQueueClient({ ...connection, use: 'receive' })
  const acknowledging = createQueueClient(connection)
  const publishing = createQueueClient(connection)
  const clients = [receiving, acknowledging, publishing]
  return {
    worked: {
      receive: { client: receiving, url },
      acknowledge: { client: acknowledging, url },
      ...(deadLetterUrl !== undefined && {
        deadLetter: { client: acknowledging, url: deadLetterUrl },
      }),
    },
    publishTo: (target) => ({ client: publishing, url: target }),
    clients,
    [Symbol.dispose]: () => clients.forEach((client) => client.destroy()),
  }
}
