import type { Message } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { createQueueModel, type DeleteFaults } from './queue-model.ts'

/** A queue with one message, and a clock that is set by hand. */
function fixture(faults: Partial<DeleteFaults> = {}) {
  const clock = { nowMs: 0 }
  const later: (() => void)[] = []
  const deleted: string[] = []
  const queue = createQueueModel({
    nowMs: () => clock.nowMs,
    random: createRandom(1),
    after: (_, run) => void later.push(run),
    visibilityTimeoutSeconds: 30,
    deletes: { random: createRandom(2), ignored: () => 0, undone: () => 0, ...faults },
    onDelete: ({ id }) => void deleted.push(id),
  })
  queue.add({ body: 'a', groupId: undefined, attributes: {} })
  const QueueUrl = ''
  const receive = (): Message[] => {
    let found: Message[] = []
    queue.receive({ QueueUrl }, (messages) => {
      found = messages
    })
    return found
  }
  return {
    clock,
    deleted,
    receive,
    runLater: () => later.splice(0).forEach((run) => run()),
    remove: ([message]: readonly Message[]): object =>
      queue.delete({ QueueUrl, Entries: [{ Id: '0', ReceiptHandle: message?.ReceiptHandle }] }),
  }
}

const SUCCESS = { Successful: [{ Id: '0' }] }

test('by chance, a delete by an older handle succeeds and does nothing', () => {
  const { clock, receive, remove, deleted } = fixture({ ignored: () => 1 })
  const first = receive()
  clock.nowMs += 30_000
  const second = receive()
  expect(remove(first)).toEqual(SUCCESS)
  clock.nowMs += 30_000
  expect(receive()).toHaveLength(1)
  expect(deleted).toEqual([])
  expect(remove(second)).toEqual(SUCCESS)
})

test('a delete by the newest handle is never ignored', () => {
  const { clock, receive, remove, deleted } = fixture({ ignored: () => 1 })
  remove(receive())
  clock.nowMs += 30_000
  expect(receive()).toEqual([])
  expect(deleted).toEqual(['m0'])
})

test('by chance, a message that was deleted comes again, and is counted on', () => {
  const kinds: string[] = []
  const { receive, remove, runLater } = fixture({
    undone: () => 1,
    onFault: (kind) => void kinds.push(kind),
  })
  const first = receive()
  expect(remove(first)).toEqual(SUCCESS)
  expect(receive()).toEqual([])
  runLater()
  const [again] = receive()
  expect(again?.MessageId).toBe(first[0]?.MessageId)
  expect(again?.Attributes?.ApproximateReceiveCount).toBe('2')
  expect(kinds).toEqual(['delete_undone'])
})

test('without such faults, an older handle deletes, and what is deleted stays away', () => {
  const { clock, receive, remove, runLater } = fixture()
  const first = receive()
  clock.nowMs += 30_000
  receive()
  remove(first)
  runLater()
  clock.nowMs += 30_000
  expect(receive()).toEqual([])
})
