import type { SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Disposition } from '../calls/received.ts'
import { startShift } from './shift.ts'
import type { WorkerOptions } from './worker-options.ts'
import { createCounters } from './worker-stats.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Calls in a word each: a change of visibility to 0 is a release here, any other an extension. */
type Call = 'copy' | 'delete' | 'extend' | 'release'
interface Entry {
  readonly ReceiptHandle?: string
  readonly VisibilityTimeout?: number
  readonly MessageBody?: string
}
type Entries = { input: { Entries?: Entry[] } }
type Answer = { Failed?: { Id: string; Code: string }[] }

/** A shift over a queue whose calls are noted and answered by the test. */
function shiftOver(
  answer: (call: Call) => Promise<Answer>,
  options: Pick<WorkerOptions, 'handle'> & { concurrency?: number },
) {
  const calls: string[] = []
  const send = (
    { input: { Entries = [] } }: Entries,
    { abortSignal }: { abortSignal: AbortSignal },
  ) => {
    const call = callOf(Entries[0])
    for (const { ReceiptHandle, MessageBody } of Entries) {
      calls.push(`${call} ${ReceiptHandle ?? MessageBody}`)
    }
    return new Promise((resolve, reject) => {
      abortSignal.addEventListener('abort', () => reject(abortSignal.reason as Error))
      void answer(call).then(resolve)
    })
  }
  const queue = { url: 'http://queue/1/batches', client: { send } as unknown as SQSClient }
  const { concurrency = 1, handle } = options
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const shift = startShift(
    {
      queue: { receive: queue, acknowledge: queue },
      concurrency,
      visibilityTimeoutSeconds: 120,
      prefetchMax: 0,
      logger,
      handle,
    },
    createCounters(Date.now),
  )
  const take = (...names: string[]) =>
    names.forEach((name) => shift.take({ MessageId: name, ReceiptHandle: name, Body: name }))
  return { shift, calls, take, logger }
}
function callOf({ VisibilityTimeout: seconds, MessageBody }: Entry = {}): Call {
  if (MessageBody !== undefined) return 'copy'
  if (seconds === undefined) return 'delete'
  return seconds === 0 ? 'release' : 'extend'
}

const well = async () => ({})
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000)

describe('a message in hand', () => {
  test('that was lost while it waited for its slot, is not begun', async () => {
    const begun: string[] = []
    const turn = Promise.withResolvers<Disposition>()
    const { shift, calls, take } = shiftOver(
      async (call) =>
        call === 'extend' ? { Failed: [{ Id: '1', Code: 'ReceiptHandleIsInvalid' }] } : {},
      {
        handle({ body }) {
          begun.push(body)
          return turn.promise
        },
      },
    )
    take('first', 'second')
    await pass(41)
    turn.resolve({ kind: 'acknowledge' })
    await pass(1)
    await shift.finish()
    expect(begun).toEqual(['first'])
    expect(calls).toEqual(['extend first', 'extend second', 'delete first'])
  })

  test('that waits for its slot on drain, is given back uncharged', async () => {
    const turn = Promise.withResolvers<Disposition>()
    const { shift, calls, take } = shiftOver(well, { handle: () => turn.promise })
    take('first', 'second')
    shift.giveBackWaiting()
    await pass(1)
    expect(calls).toEqual(['copy second', 'delete second'])
    turn.resolve({ kind: 'acknowledge' })
    await shift.finish()
  })

  test('that waits then but was tried before, keeps its count and stays away for a poll', async () => {
    const turn = Promise.withResolvers<Disposition>()
    const { shift, calls, take } = shiftOver(well, { handle: () => turn.promise })
    take('first')
    const Attributes = { ApproximateReceiveCount: '2' }
    shift.take({ MessageId: 'second', ReceiptHandle: 'second', Body: 'second', Attributes })
    shift.giveBackWaiting()
    await pass(1)
    expect(calls).toEqual(['extend second'])
    turn.resolve({ kind: 'acknowledge' })
    await shift.finish()
  })

  test('is released only when its extension in flight has ended', async () => {
    const extension = Promise.withResolvers<Answer>()
    const turn = Promise.withResolvers<Disposition>()
    const { calls, take } = shiftOver((call) => (call === 'extend' ? extension.promise : well()), {
      handle: () => turn.promise,
    })
    take('a')
    await pass(41)
    turn.resolve({ kind: 'release', delaySeconds: 0 })
    await pass(5)
    expect(calls).toEqual(['extend a'])
    extension.resolve({})
    await pass(1)
    expect(calls).toEqual(['extend a', 'release a'])
  })

  test('that was given back, is not touched when its handler ends after all', async () => {
    const turn = Promise.withResolvers<Disposition>()
    const { shift, calls, take } = shiftOver(well, { handle: () => turn.promise })
    take('a')
    shift.abort(new Error('aborted'))
    await pass(2)
    turn.resolve({ kind: 'acknowledge' })
    await pass(2)
    await shift.finish()
    expect(calls).toEqual(['release a'])
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('while acknowledgements hang, takes no more than a bounded number', async () => {
  const { shift, take } = shiftOver(() => new Promise(() => {}), {
    concurrency: 4,
    handle: async () => ({ kind: 'acknowledge' }),
  })
  let taken = 0
  while (shift.room() > 0 && taken < 1_000) {
    take(String((taken += 1)))
    await pass(0)
  }
  expect(taken).toBe(104)
  shift.abort(new Error('aborted'))
  await pass(4)
})

test('when the last calls hang after an abort, cuts them and ends', async () => {
  const { shift, calls, take } = shiftOver(() => new Promise(() => {}), {
    handle: () => new Promise(() => {}),
  })
  take('a')
  shift.abort(new Error('aborted'))
  let finished = false
  void shift.finish().then(() => (finished = true))
  await pass(2)
  expect({ calls, finished }).toEqual({ calls: ['release a'], finished: false })
  await pass(2)
  expect(finished).toBe(true)
})
