import {
  type BatchResultErrorEntry,
  type SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OutgoingMessage, publish } from './publish.ts'
import type { Queue } from './queue.ts'
import { countsOf, type Emulator, startEmulator } from '../emulator.fixture.ts'

const never = new AbortController().signal
const numbered = (count: number): OutgoingMessage[] =>
  Array.from({ length: count }, (_, index) => ({ body: String(index) }))

/** A queue whose calls are noted and answered by the test. */
function queueAnswering(
  answer: (entries: SendMessageBatchRequestEntry[]) => Promise<BatchResultErrorEntry[]>,
) {
  const calls: SendMessageBatchRequestEntry[][] = []
  const send = async (command: SendMessageBatchCommand) => {
    const entries = command.input.Entries ?? []
    calls.push(entries)
    return { Failed: await answer(entries) }
  }
  const queue: Queue = { url: 'http://queue/1/batches', client: { send } as unknown as SQSClient }
  return { queue, calls }
}

describe('against an emulator', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startEmulator()
  })
  afterAll(() => emulator.close())

  test('publishes a stream of messages and counts them', async () => {
    const { acknowledge } = await emulator.createQueue('stream')
    async function* stream() {
      yield* numbered(123)
    }
    expect(await publish(acknowledge, stream(), never)).toBe(123)
    expect((await countsOf(acknowledge)).visible).toBe(123)
  })

  test('without messages, publishes none', async () => {
    const { acknowledge } = await emulator.createQueue('none')
    expect(await publish(acknowledge, [], never)).toBe(0)
  })

  test('of large messages, puts as many into a call as fit', async () => {
    const { acknowledge } = await emulator.createQueue('large')
    const body = 'x'.repeat(300_000)
    expect(
      await publish(
        acknowledge,
        numbered(7).map(() => ({ body })),
        never,
      ),
    ).toBe(7)
    expect((await countsOf(acknowledge)).visible).toBe(7)
  })

  test('to a queue that is not there, says so', async () => {
    const { acknowledge } = await emulator.createQueue('there')
    const queue = { ...acknowledge, url: `${acknowledge.url}-not` }
    await expect(publish(queue, numbered(1), never)).rejects.toMatchObject({
      name: 'QueueError',
      code: 'queue_not_found',
      retryable: false,
    })
  })
})

describe('against a queue with faults', () => {
  test('cuts at ten entries and at 1 MiB, attributes counted', async () => {
    const { queue, calls } = queueAnswering(async () => [])
    const half = { body: 'x'.repeat(524_288 - 13), attributes: { name: 'value' } }
    await publish(queue, [...numbered(12), half, half], never)
    expect(calls.map((call) => call.length)).toEqual([10, 3, 1])
  })

  test('of a message above 1 MiB, is refused before any call', async () => {
    const { queue, calls } = queueAnswering(async () => [])
    const publishing = publish(queue, [{ body: 'x'.repeat(1_048_577) }], never)
    await expect(publishing).rejects.toMatchObject({
      code: 'message_too_large',
      message: 'publish batches: too large (1048577 > 1048576 bytes)',
    })
    expect(calls).toEqual([])
  })

  test('with an entry that fails for good, rejects and takes no more', async () => {
    let taken = 0
    function* endless() {
      for (;;) yield { body: String((taken += 1)) }
    }
    const Failed = { Id: '3', Code: 'InvalidMessageContents', SenderFault: true }
    const { queue } = queueAnswering(async () => [Failed])
    await expect(publish(queue, endless(), never)).rejects.toMatchObject({ code: 'rejected' })
    expect(taken).toBeLessThan(200)
  })

  test('while calls are in flight, takes no more than fills eight of them', async () => {
    let taken = 0
    function* counted() {
      for (const message of numbered(500)) {
        taken += 1
        yield message
      }
    }
    const turn = Promise.withResolvers<void>()
    const { queue, calls } = queueAnswering(async () => {
      await turn.promise
      return []
    })
    const publishing = publish(queue, counted(), never)
    await expect.poll(() => calls).toHaveLength(8)
    expect(taken).toBeLessThanOrEqual(100)
    turn.resolve()
    expect(await publishing).toBe(500)
  })

  test('when aborted, rejects with the reason', async () => {
    const abort = new AbortController()
    const { queue } = queueAnswering(async () => {
      abort.abort(new Error('enough'))
      return []
    })
    await expect(publish(queue, numbered(500), abort.signal)).rejects.toThrow('enough')
  })

  test('when the source fails, rejects with its error after the calls', async () => {
    let ended = 0
    function* failing() {
      yield* numbered(20)
      throw new Error('bad row')
    }
    const { queue, calls } = queueAnswering(async () => {
      await Promise.resolve()
      ended += 1
      return []
    })
    await expect(publish(queue, failing(), never)).rejects.toThrow('bad row')
    expect(ended).toBe(calls.length)
  })

  test('sends group, attributes and delay', async () => {
    const { queue, calls } = queueAnswering(async () => [])
    const message = { body: 'b', groupId: 'job-1', attributes: { trace: 't' }, delaySeconds: 5 }
    await publish(queue, [message], never)
    expect(calls).toEqual([
      [
        {
          Id: '0',
          MessageBody: 'b',
          MessageGroupId: 'job-1',
          DelaySeconds: 5,
          MessageAttributes: { trace: { DataType: 'String', StringValue: 't' } },
        },
      ],
    ])
  })
})
