import { type Batch, encodeBatchMessage, type Job, REPUBLISHED } from '@millrace/job'
import type { OutgoingMessage } from '@millrace/queue'
import { type Deps as RoomDeps, whileRoom } from './while-room.ts'

export interface Deps {
  readonly room: RoomDeps
  /** Messages that may wait in the queue; any number when it is absent. */
  readonly waitingMax?: number | undefined
  /** Attributes of each message. */
  carrier(): Readonly<Record<string, string>>
  /** Tells how many were published. */
  publish(messages: AsyncIterable<OutgoingMessage>, signal: AbortSignal): Promise<number>
}

/** Publishes batches as they come, as long as the queue has room for them. */
export async function publishBatches(
  { room, waitingMax, carrier, publish }: Deps,
  { jobId, dataset }: Job,
  batches: AsyncIterable<Batch>,
  signal: AbortSignal,
): Promise<number> {
  // With a pinned dataset an earlier attempt, or the same job before a pause, may have published.
  const again = dataset === undefined ? {} : { [REPUBLISHED]: 'yes' }
  const attributes = { ...carrier(), ...again }
  const bounded = waitingMax === undefined ? batches : whileRoom(room, batches, waitingMax, signal)
  async function* messages(): AsyncGenerator<OutgoingMessage> {
    for await (const batch of bounded) {
      yield { body: encodeBatchMessage({ jobId, ...batch }), groupId: jobId, attributes }
    }
  }
  return await publish(messages(), signal)
}
