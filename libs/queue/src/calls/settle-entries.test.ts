import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type SettlePolicy, settleEntries } from './settle-entries.ts'

const policy = (triesMax = 3): SettlePolicy => ({
  verb: 'publish',
  queueUrl: 'https://sqs.eu-central-1.amazonaws.com/1/batches',
  triesMax,
  random: () => 0,
})
const never = new AbortController().signal
const entries = ['a', 'b', 'c'].map((body) => ({ body }))
type Answer = { Failed?: { Id: string; Code: string; SenderFault: boolean }[] }

/** A call that answers so in turn, and notes which bodies it was given. */
function answering(...answers: (Answer | Error)[]) {
  const calls: string[][] = []
  const call = async (given: { body: string }[]) => {
    calls.push(given.map(({ body }) => body))
    const answer = answers[calls.length - 1] ?? {}
    if (answer instanceof Error) throw answer
    return answer
  }
  return { calls, call }
}
const failed = (Id: string, Code = 'InternalError', SenderFault = false) => ({
  Id,
  Code,
  SenderFault,
})
const reset = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

/** Lets the waits between tries pass at once. */
async function settled<T>(promise: Promise<T>): Promise<T> {
  vi.useFakeTimers()
  void vi.runAllTimersAsync()
  try {
    return await promise
  } finally {
    vi.useRealTimers()
  }
}

describe('settling entries', () => {
  test('when all succeed, calls once', async () => {
    const { call, calls } = answering({})
    const outcomes = await settleEntries(entries, call, policy(), never)
    expect(outcomes).toEqual([undefined, undefined, undefined])
    expect(calls).toEqual([['a', 'b', 'c']])
  })

  test('when one fails in passing, repeats that one alone', async () => {
    const { call, calls } = answering({ Failed: [failed('1')] }, {})
    const outcomes = await settled(settleEntries(entries, call, policy(), never))
    expect(outcomes).toEqual([undefined, undefined, undefined])
    expect(calls).toEqual([['a', 'b', 'c'], ['b']])
  })

  test("when one is the sender's fault, does not repeat it", async () => {
    const { call, calls } = answering({ Failed: [failed('2', 'InvalidMessageContents', true)] })
    const outcomes = await settleEntries(entries, call, policy(), never)
    expect(outcomes.map((outcome) => outcome?.code)).toEqual([undefined, undefined, 'rejected'])
    expect(calls).toHaveLength(1)
  })

  test('when the whole call fails in passing, repeats it all', async () => {
    const { call, calls } = answering(reset(), {})
    const outcomes = await settled(settleEntries(entries, call, policy(), never))
    expect(outcomes).toEqual([undefined, undefined, undefined])
    expect(calls).toHaveLength(2)
  })

  test('when it goes on failing, ends after the tries with the last failure', async () => {
    const { call, calls } = answering(reset(), reset(), reset(), {})
    const outcomes = await settled(settleEntries(entries, call, policy(3), never))
    expect(outcomes.map((outcome) => outcome?.code)).toEqual(Array(3).fill('unreachable'))
    expect(calls).toHaveLength(3)
  })

  test('when aborted while it waits, ends without another try', async () => {
    const { call, calls } = answering(reset(), {})
    const abort = new AbortController()
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const outcomes = settleEntries(entries, call, policy(), abort.signal)
    // It fails and waits: no time passes before it is aborted.
    await vi.advanceTimersByTimeAsync(0)
    abort.abort()
    expect((await outcomes)[0]?.code).toBe('unreachable')
    expect(calls).toHaveLength(1)
  })

  test('when the call is cut off by the abort, says aborted', async () => {
    const abort = new AbortController()
    const call = () => {
      abort.abort()
      return Promise.reject(new Error('Request aborted'))
    }
    const [outcome] = await settleEntries(entries, call, policy(), abort.signal)
    expect(outcome?.code).toBe('aborted')
  })
})
