import type { Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { QueueError } from '../calls/queue-error.ts'
import { type Gate, receive } from './receive.ts'
import { createChange } from '../calls/wait.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Poll = (asked: number, signal: AbortSignal) => Promise<{ Messages?: Message[] }>

/** Receiving from a queue that answers so, with so much room at first. */
function receiving(poll: Poll, options: { room: number; ready?: () => Promise<void> }) {
  const [drain, abort] = [new AbortController(), new AbortController()]
  const change = createChange()
  const asked: number[] = []
  const gates: Gate[] = []
  const errors: { error: QueueError; failures: number }[] = []
  const received: Message[] = []
  const hands = { room: options.room }
  const send = (command: ReceiveMessageCommand, { abortSignal }: { abortSignal: AbortSignal }) => {
    const entries = command.input.MaxNumberOfMessages ?? 0
    asked.push(entries)
    return poll(entries, abortSignal)
  }
  const done = receive(
    {
      queue: { url: 'http://queue/1/batches', client: { send } as unknown as SQSClient },
      visibilityTimeoutSeconds: 120,
      waitSeconds: 20,
      now: Date.now,
      random: () => 0,
      room: () => hands.room,
      change,
      ready: options.ready ?? (async () => {}),
      onGate: (gate) => void gates.push(gate),
      onMessages(messages) {
        hands.room -= messages.length
        received.push(...messages)
      },
      onFullPoll() {},
      onError: (error, failures) => void errors.push({ error, failures }),
    },
    drain.signal,
    abort.signal,
  )
  const free = (slots: number) => {
    hands.room += slots
    change.fire()
  }
  const stop = async () => {
    drain.abort()
    await done
  }
  return { drain, abort, asked, gates, errors, received, done, free, stop }
}

const messages = (count: number) => ({ Messages: Array.from({ length: count }, () => ({})) })
const full: Poll = async (asked) => messages(asked)
/** A long poll of an empty queue; ends when told, or is aborted. */
const waiting = () => {
  const answer = Promise.withResolvers<{ Messages?: Message[] }>()
  const poll: Poll = (_, signal) => {
    signal.addEventListener('abort', () => answer.reject(new Error('aborted')))
    return answer.promise
  }
  return { poll, answer }
}
const turn = () => vi.advanceTimersByTimeAsync(0)
const refused = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))

describe('receiving', () => {
  test('asks for as many messages as there is room for', async () => {
    const { asked, received, stop } = receiving(full, { room: 4 })
    await turn()
    await stop()
    expect(asked).toEqual([4])
    expect(received).toHaveLength(4)
  })

  test('never asks for more than ten at a time', async () => {
    const { asked, received, stop } = receiving(full, { room: 35 })
    await turn()
    await vi.advanceTimersByTimeAsync(10)
    await stop()
    expect(Math.max(...asked)).toBe(10)
    expect(received).toHaveLength(35)
  })

  test('without room, does not poll until there is some', async () => {
    const { asked, free, stop } = receiving(full, { room: 0 })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toEqual([])
    free(3)
    await turn()
    await stop()
    expect(asked).toEqual([3])
  })

  test('with room for many and a backlog, polls several times at once', async () => {
    const answers: PromiseWithResolvers<object>[] = []
    const poll: Poll = async () => {
      const answer = Promise.withResolvers<object>()
      answers.push(answer)
      return answer.promise
    }
    const { asked, stop } = receiving(poll, { room: 35 })
    await turn()
    expect(asked).toEqual([10])
    answers[0]?.resolve(messages(10))
    await turn()
    expect(asked).toEqual([10, 10, 10, 5])
    const stopping = stop()
    answers.forEach((answer) => answer.resolve({}))
    await stopping
  })

  test('after a poll that brought nothing, polls once at a time again', async () => {
    const { poll, answer } = waiting()
    const none: Poll = async () => ({})
    const turns = [full, none, none, none]
    let polls = 0
    const { asked, stop } = receiving((...given) => (turns[polls++] ?? poll)(...given), {
      room: 40,
    })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(asked).toEqual([10, 10, 10, 10, 10])
    answer.resolve({})
    await stop()
  })

  test('without a backlog, polls once at a time', async () => {
    const { poll, answer } = waiting()
    const { asked, stop } = receiving(poll, { room: 100 })
    await turn()
    expect(asked).toEqual([10])
    answer.resolve({})
    await stop()
  })
})

describe('when polls fail', () => {
  test('backs off twice as long each time, up to ten seconds', async () => {
    const { asked, errors, stop } = receiving(refused, { room: 1 })
    const pollsAfter = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms)
      return asked.length
    }
    expect(await pollsAfter(0)).toBe(1)
    expect(await pollsAfter(99)).toBe(1)
    expect(await pollsAfter(3)).toBe(2)
    expect(await pollsAfter(202)).toBe(3)
    await vi.advanceTimersByTimeAsync(60_000)
    const before = asked.length
    expect(await pollsAfter(50_000)).toBeLessThanOrEqual(before + 10)
    expect(errors[0]).toMatchObject({ failures: 1, error: { code: 'unreachable' } })
    await stop()
  })

  test('after a success, forgets the failures', async () => {
    const answers = [refused, refused, full, refused]
    let polls = 0
    const poll: Poll = (asked, signal) => (answers[polls++] ?? full)(asked, signal)
    const { errors, stop } = receiving(poll, { room: 3 })
    await vi.advanceTimersByTimeAsync(10_000)
    await stop()
    expect(errors.map(({ failures }) => failures)).toEqual([1, 2])
  })

  test('while backing off, drains at once', async () => {
    const { gates, stop } = receiving(refused, { room: 1 })
    await turn()
    await turn()
    expect(gates.at(-1)).toBe('backing_off')
    await stop()
  })
})

describe('when told to stop', () => {
  test('while the gate is shut, ends without a poll', async () => {
    const never = () => new Promise<void>(() => {})
    const { asked, errors, stop } = receiving(full, { room: 1, ready: never })
    await turn()
    await stop()
    expect({ asked, errors }).toEqual({ asked: [], errors: [] })
  })

  test('while a poll is under way, waits for it and hands over what it brings', async () => {
    const { poll, answer } = waiting()
    const { received, drain, done } = receiving(poll, { room: 2 })
    await turn()
    drain.abort()
    let ended = false
    void done.then(() => (ended = true))
    await vi.advanceTimersByTimeAsync(19_000)
    expect(ended).toBe(false)
    answer.resolve(messages(2))
    await done
    expect(received).toHaveLength(2)
  })

  test('and not to wait, aborts the poll under way', async () => {
    const { drain, abort, errors, done } = receiving(waiting().poll, { room: 2 })
    await turn()
    drain.abort()
    abort.abort()
    await done
    expect(errors).toEqual([])
  })

  test('leaves no timer behind', async () => {
    const { stop } = receiving(full, { room: 5 })
    await turn()
    await stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('with a gate that throws, reports it and tries again later', async () => {
  let calls = 0
  const ready = async () => {
    calls += 1
    if (calls === 1) throw new Error('ledger unreachable')
  }
  const { asked, errors, stop } = receiving(full, { room: 1, ready })
  await vi.advanceTimersByTimeAsync(1_000)
  await stop()
  expect(errors[0]?.error.message).toContain('ledger unreachable')
  expect(asked).toEqual([1])
})
