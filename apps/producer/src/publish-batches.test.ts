import { type Batch, REPUBLISHED } from '@millrace/job'
import type { OutgoingMessage } from '@millrace/queue'
import { expect, test } from 'vitest'
import { publishBatches } from './publish-batches.ts'
import { jobId, jobWith, never } from './test-data.fixture.ts'

async function* batchesOf(count: number): AsyncGenerator<Batch> {
  for (let batch = 0; batch < count; batch += 1) {
    const rows = { start: batch, end: batch + 1 }
    yield { batch, rows, bytes: { start: batch * 4, end: batch * 4 + 4 }, object: 0 }
  }
}

/** Publishes so many batches into a queue of which each look finds half taken. */
async function published(count: number, waitingMax?: number, job = jobWith()) {
  const queue = { waiting: 0, most: 0, messages: [] as OutgoingMessage[] }
  const deps = {
    room: {
      waiting: async () => {
        queue.waiting = Math.floor(queue.waiting / 2)
        return queue.waiting
      },
      sleep: async () => {},
    },
    waitingMax,
    carrier: () => ({ traceparent: '00-1' }),
    publish: async (messages: AsyncIterable<OutgoingMessage>) => {
      for await (const message of messages) {
        queue.messages.push(message)
        queue.waiting += 1
        queue.most = Math.max(queue.most, queue.waiting)
      }
      return queue.messages.length
    },
  }
  return { count: await publishBatches(deps, job, batchesOf(count), never), ...queue }
}

test('no more batches are published than may wait in their queue', async () => {
  const { count, most } = await published(5_000, 1_000)
  expect(count).toBe(5_000)
  expect(most).toBeLessThanOrEqual(1_000)
})

test('a queue without a bound takes them all', async () => {
  expect(await published(5_000)).toMatchObject({ count: 5_000, most: 5_000 })
})

test('messages are grouped by their job, and tell whether they may be there already', async () => {
  const first = await published(1)
  expect(first.messages).toMatchObject([{ groupId: jobId, attributes: { traceparent: '00-1' } }])
  expect(first.messages[0]?.attributes).not.toHaveProperty(REPUBLISHED)
  const again = await published(
    1,
    undefined,
    jobWith({}, { dataset: { digest: 'ab', objects: 1, bytes: 4 } }),
  )
  expect(again.messages[0]?.attributes).toHaveProperty(REPUBLISHED)
})
