import { InvocationError, type InvocationErrorCode, type Invoke } from '@millrace/invocation'
import { expect, test } from 'vitest'
import { EndpointAwayError } from './endpoint-away-error.ts'
import { createPatience } from './patience.ts'
import { patient } from './patient-invoke.ts'
import { jobId, jobWith, never } from './test-data.fixture.ts'

const request = { endpoint: jobWith().spec.endpoint, body: Buffer.from('1,2\n') }

const ANSWER = { body: Buffer.from('0.5\n'), contentType: 'text/csv', durationMs: 1 }

/** An endpoint that fails in this way so many times, and then answers; time passes by waiting alone. */
function endpointThatFails(code: InvocationErrorCode, failures: number, patienceMs = 300_000) {
  let [asked, nowMs] = [0, 0]
  const invoke: Invoke = async () => {
    asked += 1
    if (asked <= failures) throw new InvocationError(code, 'churn-v3', `failure ${asked}`)
    return ANSWER
  }
  const ask = patient({
    invoke,
    patience: createPatience(patienceMs, () => nowMs),
    wait: async (ms) => void (nowMs += ms),
    random: () => 0.5,
  })(jobId)
  return {
    /** Whether it answered, and otherwise which error was thrown. */
    look: () =>
      ask(request, never).then(
        () => 'answered',
        (error: unknown) => (error instanceof EndpointAwayError ? 'away' : codeOf(error)),
      ),
    asked: () => asked,
    nowMs: () => nowMs,
  }
}

const codeOf = (error: unknown): unknown => (error instanceof InvocationError ? error.code : error)

test.for([
  ['invocation_timed_out', 1, 'invocation_timed_out'],
  ['connection_failed', 7, 'away'],
  ['endpoint_throttled', 66, 'away'],
] as const)('in one go it is asked again after %s, %d times', async ([code, repeats, then]) => {
  expect(await endpointThatFails(code, repeats).look()).toBe('answered')
  const inVain = endpointThatFails(code, repeats + 1)
  expect(await inVain.look()).toBe(then)
  expect(inVain.asked()).toBe(repeats + 1)
  expect(inVain.nowMs()).toBeLessThanOrEqual(20_000)
})

test.for([1_000, 8_000, 300_000])(
  'one that is not reached is believed after %d ms of waiting, turn by turn',
  async (patienceMs) => {
    const gone = endpointThatFails('endpoint_unreachable', 1_000, patienceMs)
    let told: unknown = 'away'
    while (told === 'away') told = await gone.look()
    expect(told).toBe('endpoint_unreachable')
    expect(gone.nowMs()).toBe(patienceMs)
  },
)

test('one that has no room is waited for without an end', async () => {
  const full = endpointThatFails('endpoint_throttled', 5_000, 8_000)
  let looks = 1
  while ((await full.look()) === 'away') looks += 1
  expect(looks).toBeGreaterThan(50)
})

test.for(['rows_rejected', 'access_denied', 'payload_too_large'] as const)(
  'what %s says is believed at once',
  async (code) => {
    const told = endpointThatFails(code, 1)
    expect(await told.look()).toBe(code)
    expect(told.asked()).toBe(1)
  },
)

test('one that has room for 400 ms of each five seconds is found within five', async () => {
  const waited = Array.from({ length: 50 }, async (_, phase) => {
    const startsAt = phase * 100
    let [nowMs, draws] = [startsAt, phase]
    const invoke: Invoke = async () => {
      if (nowMs % 5_000 < 400) return ANSWER
      throw new InvocationError('endpoint_throttled', 'churn-v3', 'full')
    }
    const ask = patient({
      invoke,
      patience: createPatience(8_000, () => nowMs),
      wait: async (ms) => void (nowMs += ms),
      random: () => (++draws * 0.618_034) % 1,
    })
    await ask(jobId)(request, never)
    return nowMs - startsAt
  })
  expect(Math.max(...(await Promise.all(waited)))).toBeLessThan(5_000)
})
