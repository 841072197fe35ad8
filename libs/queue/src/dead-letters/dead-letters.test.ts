import { SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { discardDeadLetters, readDeadLetters, redriveDeadLetters } from './dead-letters.ts'
import { type OutgoingMessage, publish } from '../calls/publish.ts'
import type { Queue } from '../calls/queue.ts'
import type { Received } from '../calls/received.ts'
import { countsOf, type Emulator, startEmulator } from '../emulator.fixture.ts'
import { noting, runWorker } from '../worker/run-worker.fixture.ts'

// A sweep ends with a poll of an empty queue, which takes a second.
vi.setConfig({ testTimeout: 30_000 })

const never = new AbortController().signal
const every = { max: 1_000, matches: () => true }
const empty = { visible: 0, inFlight: 0, delayed: 0 }

let emulator: Emulator
let count = 0
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

/** A queue whose dead-letter queue holds what a worker has set aside; `odd` bodies are not planned. */
async function queueWithDead(messages: readonly OutgoingMessage[]) {
  count += 1
  const queue = await emulator.createQueues(`letters-${count}`, 3)
  await publish(queue.acknowledge, messages, never)
  const { handle, enough, seen } = noting(messages.length, ({ body }: Received) => {
    const code = Number(body) % 2 === 1 ? 'batch_not_planned' : 'job_unknown'
    return { kind: 'dead_letter', code, reason: `${code}: ${body}` }
  })
  const { stop } = runWorker(queue, handle)
  await enough
  await stop()
  return { ...queue, ids: seen.map(({ messageId }) => messageId) }
}

const bodies = (length: number): OutgoingMessage[] =>
  Array.from({ length }, (_, index) => ({ body: String(index), groupId: `job-${index % 3}` }))

describe('reading', () => {
  test('tells each letter with its reason, and leaves all where they are', async () => {
    const queue = await queueWithDead([
      { body: '7', groupId: 'job-1', attributes: { traceparent: 't' } },
    ])
    for (let look = 0; look < 3; look += 1) {
      const { letters, all } = await readDeadLetters(queue.deadLetter, every, never)
      expect(all).toBe(true)
      expect(letters).toEqual([
        {
          messageId: queue.ids[0],
          body: '7',
          code: 'batch_not_planned',
          reason: 'batch_not_planned: 7',
          attempts: 1,
          sentAtMs: expect.any(Number),
          rejectedAtMs: expect.any(Number),
          attributes: { traceparent: 't' },
        },
      ])
      expect(await countsOf(queue.deadLetter)).toEqual({ ...empty, visible: 1 })
    }
  })

  test('more than one receive brings, tells each once', async () => {
    const queue = await queueWithDead(bodies(37))
    const { letters } = await readDeadLetters(queue.deadLetter, every, never)
    expect(letters.map(({ body }) => Number(body)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 37 }, (_, index) => index),
    )
    expect(await countsOf(queue.deadLetter)).toEqual({ ...empty, visible: 37 })
  })

  test('stops at the maximum and says that there may be more', async () => {
    const queue = await queueWithDead(bodies(25))
    const { letters, all } = await readDeadLetters(queue.deadLetter, { ...every, max: 12 }, never)
    expect({ letters: letters.length, all }).toEqual({ letters: 12, all: false })
    expect(await countsOf(queue.deadLetter)).toEqual({ ...empty, visible: 25 })
  })

  test('of what SQS has moved there itself, says so', async () => {
    count += 1
    const queue = await emulator.createQueues(`exhausted-${count}`, 2)
    await publish(queue.acknowledge, [{ body: 'kills' }], never)
    const { handle, enough } = noting(2, () => ({ kind: 'release', delaySeconds: 0 }))
    const { worker, stop } = runWorker(queue, handle)
    await enough
    await expect.poll(() => countsOf(queue.deadLetter)).toEqual({ ...empty, visible: 1 })
    expect(worker.stats().released).toBe(2)
    await stop()
    const { letters } = await readDeadLetters(queue.deadLetter, every, never)
    expect(letters).toMatchObject([{ code: 'attempts_exhausted', body: 'kills', attributes: {} }])
    expect(letters[0]).not.toHaveProperty('rejectedAtMs')
  })

  test('that is aborted gives back what it holds', async () => {
    const queue = await queueWithDead(bodies(25))
    const stop = new AbortController()
    const matches = () => {
      stop.abort(new Error('ctrl-C'))
      return true
    }
    const reading = readDeadLetters(queue.deadLetter, { max: 100, matches }, stop.signal)
    await expect(reading).rejects.toThrow('ctrl-C')
    expect(await countsOf(queue.deadLetter)).toEqual({ ...empty, visible: 25 })
  })
})

describe('discarding', () => {
  test('deletes what matches and nothing else', async () => {
    const queue = await queueWithDead(bodies(21))
    const matches = ({ code }: { code: string }) => code === 'job_unknown'
    const swept = await discardDeadLetters(queue.deadLetter, { max: 100, matches }, never)
    expect(swept).toEqual({ removed: 11, kept: 10, failed: 0, all: true })
    const { letters } = await readDeadLetters(queue.deadLetter, every, never)
    expect(new Set(letters.map(({ code }) => code))).toEqual(new Set(['batch_not_planned']))
    expect(letters).toHaveLength(10)
  })
})

describe('redriving', () => {
  test('publishes what matches as it was, with one requeue more', async () => {
    const queue = await queueWithDead([
      { body: '1', groupId: 'job-1', attributes: { traceparent: 't' } },
      { body: '2', groupId: 'job-2' },
    ])
    const matches = ({ body }: { body: string }) => body === '1'
    const redrive = { max: 100, matches, perSecond: 1_000 }
    const swept = await redriveDeadLetters(queue.deadLetter, queue.acknowledge, redrive, never)
    expect(swept).toEqual({
      removed: 1,
      kept: 1,
      failed: 0,
      refused: 0,
      cameBack: 0,
      all: true,
    })
    expect(await countsOf(queue.deadLetter)).toEqual({ ...empty, visible: 1 })

    const { handle, seen, enough } = noting(1, () => ({ kind: 'acknowledge' }))
    const { stop } = runWorker(queue, handle)
    await enough
    await stop()
    expect(seen).toMatchObject([
      {
        body: '1',
        attempt: 1,
        requeues: 1,
        attributes: { traceparent: 't', requeues: '1' },
      },
    ])
    expect(Object.keys(seen[0]?.attributes ?? {})).toHaveLength(2)
  })

  test('publishes each letter once, however soon it comes back', async () => {
    const queue = await queueWithDead([...bodies(25), { body: '3' }])
    const { handle, seen } = noting(26, () => ({
      kind: 'dead_letter',
      code: 'job_unknown',
      reason: 'still',
    }))
    const { stop } = runWorker(queue, handle)
    const redrive = { ...every, perSecond: 100 }
    const swept = await redriveDeadLetters(queue.deadLetter, queue.acknowledge, redrive, never)
    await stop()
    expect(seen.filter(({ body }) => body !== '3')).toHaveLength(24)
    expect(swept).toMatchObject({ removed: seen.length, failed: 0, refused: 0, all: true })
    expect(swept.cameBack).toBe(swept.kept)
    // Of two with the same body the second may look like the first, come back.
    expect(seen.length).toBeGreaterThanOrEqual(25)
    expect(await countsOf(queue.deadLetter)).toEqual({ ...empty, visible: 26 })
  })

  test('publishes all of many letters with the same body', async () => {
    const queue = await queueWithDead(Array.from({ length: 25 }, () => ({ body: '{}' })))
    const redrive = { ...every, perSecond: 1_000 }
    const swept = await redriveDeadLetters(queue.deadLetter, queue.acknowledge, redrive, never)
    expect(swept).toMatchObject({ removed: 25, kept: 0, cameBack: 0, all: true })
  })

  test('keeps to its rate', async () => {
    const queue = await queueWithDead(bodies(40))
    let atMs = 0
    let redriven = 0
    const rates: number[] = []
    const redrive = {
      ...every,
      perSecond: 5,
      now: () => atMs,
      sleep: async (ms: number) => void (atMs += ms),
    }
    const { client } = queue.acknowledge
    const watched: Queue = {
      ...queue.acknowledge,
      client: Object.assign(Object.create(client), {
        async send(command: SendMessageBatchCommand, options: object) {
          rates.push((1_000 * redriven) / atMs)
          redriven += command.input.Entries?.length ?? 0
          return await client.send(command, options)
        },
      }),
    }
    await redriveDeadLetters(queue.deadLetter, watched, redrive, never)
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 40 })
    expect(Math.max(...rates.slice(1))).toBeLessThanOrEqual(5)
    expect(atMs).toBeGreaterThanOrEqual(6_000)
  })

  test('when the queue refuses, keeps every letter and says so', async () => {
    const queue = await queueWithDead(bodies(13))
    const gone = { ...queue.acknowledge, url: `${queue.acknowledge.url}-gone` }
    const redrive = { ...every, perSecond: 100 }
    const swept = await redriveDeadLetters(queue.deadLetter, gone, redrive, never)
    expect(swept).toMatchObject({ removed: 0, failed: 0, all: false })
    // Not one letter more is looked at than it takes to know.
    expect(swept.refused).toBe(swept.kept)
    expect(swept.kept).toBeLessThanOrEqual(10)
    expect(swept.refusal).toMatchObject({ name: 'QueueError', code: 'queue_not_found' })
    expect(await countsOf(queue.deadLetter)).toEqual({ ...empty, visible: 13 })
  })

  test('when the queue refuses one letter, publishes the others', async () => {
    const queue = await queueWithDead(bodies(3))
    const { client } = queue.acknowledge
    const choosy: Queue = {
      ...queue.acknowledge,
      client: Object.assign(Object.create(client), {
        async send(command: SendMessageBatchCommand, options: object) {
          const { Entries = [] } = command.input
          const [odd] = Entries.filter(({ MessageBody }) => MessageBody === '1')
          const taken = Entries.filter((entry) => entry !== odd)
          if (taken.length > 0) {
            await client.send(
              new SendMessageBatchCommand({ ...command.input, Entries: taken }),
              options,
            )
          }
          const Failed = [{ Id: odd?.Id, Code: 'InvalidMessageContents', SenderFault: true }]
          return odd === undefined ? {} : { Failed }
        },
      }),
    }
    const redrive = { ...every, perSecond: 1_000 }
    const swept = await redriveDeadLetters(queue.deadLetter, choosy, redrive, never)
    expect(swept).toMatchObject({ removed: 2, kept: 1, failed: 0, refused: 1 })
    expect(await countsOf(queue.deadLetter)).toEqual({ ...empty, visible: 1 })
  })
})
