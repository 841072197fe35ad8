import { InvocationError, type InvocationErrorCode, type Invoke } from '@millrace/invocation'
import { expect, test } from 'vitest'
import { patient } from './patient-invoke.ts'
import { jobWith, never } from './test-data.fixture.ts'

const request = { endpoint: jobWith().spec.endpoint, body: Buffer.from('1,2\n') }

/** An endpoint that fails in this way so many times, and then answers; nothing takes any time. */
function askAfter(code: InvocationErrorCode, failures: number, patienceMs = 8_000) {
  let asked = 0
  const invoke: Invoke = async () => {
    asked += 1
    if (asked <= failures) throw new InvocationError(code, 'churn-v3', `failure ${asked}`)
    return { body: Buffer.from('0.5\n'), contentType: 'text/csv', durationMs: 1 }
  }
  const options = { wait: async () => {}, random: () => 0.5 }
  const answer = patient(
    invoke,
    patienceMs,
    options,
  )(request, never).then(
    () => 'answered',
    (error: InvocationError) => error.code,
  )
  return { answer, asked: () => asked }
}

test.for([
  ['invocation_timed_out', 1],
  ['connection_failed', 5],
  ['endpoint_throttled', 66],
] as const)('an endpoint is asked again after %s, %d times', async ([code, repeats]) => {
  const patientEnough = askAfter(code, repeats)
  expect(await patientEnough.answer).toBe('answered')
  const inVain = askAfter(code, repeats + 1)
  expect(await inVain.answer).toBe(code)
  expect(inVain.asked()).toBe(repeats + 1)
})

test.for([
  [1_000, 2],
  [8_000, 5],
  [300_000, 63],
] as const)(
  'in %d ms one that is not reached is asked %d times more',
  async ([patience, times]) => {
    const inVain = askAfter('endpoint_unreachable', 1_000, patience)
    expect(await inVain.answer).toBe('endpoint_unreachable')
    expect(inVain.asked()).toBe(times + 1)
  },
)

test.for(['rows_rejected', 'access_denied', 'payload_too_large'] as const)(
  'what %s says is believed at once',
  async (code) => {
    const told = askAfter(code, 1)
    expect(await told.answer).toBe(code)
    expect(told.asked()).toBe(1)
  },
)

test('one that has room for 400 ms of each five seconds is found within five', async () => {
  const waited = Array.from({ length: 50 }, async (_, phase) => {
    const startsAt = phase * 100
    let [now, draws] = [startsAt, phase]
    const invoke: Invoke = async () => {
      if (now % 5_000 >= 400) throw new InvocationError('endpoint_throttled', 'churn-v3', 'full')
      return { body: Buffer.from('0.5\n'), contentType: 'text/csv', durationMs: 1 }
    }
    const wait = async (ms: number) => void (now += ms)
    const random = () => (++draws * 0.618_034) % 1
    await patient(invoke, 8_000, { wait, random })(request, never)
    return now - startsAt
  })
  expect(Math.max(...(await Promise.all(waited)))).toBeLessThan(5_000)
})
