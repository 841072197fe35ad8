import {
  InvocationError,
  type InvocationErrorCode,
  type Invoke,
  preflight,
} from '@millrace/invocation'
import { expect, test } from 'vitest'
import { EndpointAwayError } from './endpoint-away-error.ts'
import { createPatience } from './patience.ts'
import { patient } from './patient-invoke.ts'
import { jobId, jobWith, never } from '../test-data.fixture.ts'

const request = { endpoint: jobWith().spec.endpoint, body: Buffer.from('1,2\n') }

const DAY_MS = 24 * 3_600_000
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
  ['worker_unavailable', 66, 'away'],
] as const)('in one go it is asked again after %s, %d times', async ([code, repeats, then]) => {
  expect(await endpointThatFails(code, repeats).look()).toBe('answered')
  const inVain = endpointThatFails(code, repeats + 1)
  expect(await inVain.look()).toBe(then)
  expect(inVain.asked()).toBe(repeats + 1)
  expect(inVain.nowMs()).toBeLessThanOrEqual(20_000)
})

test.for([
  ['endpoint_unreachable', 1_000, 1_000],
  ['endpoint_unreachable', 8_000, 8_000],
  ['endpoint_unreachable', 300_000, 300_000],
  ['worker_unavailable', 8_000, 900_000],
  ['worker_unavailable', 1_800_000, 1_800_000],
] as const)(
  '%s is believed, with a patience of %d ms, after %d ms',
  async ([code, patienceMs, waitedMs]) => {
    const gone = endpointThatFails(code, 20_000, patienceMs)
    let told: unknown = 'away'
    while (told === 'away') told = await gone.look()
    expect(told).toBe(code)
    expect(gone.nowMs()).toBe(waitedMs)
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

/**
 * A model that answers rows as it judges them: undefined for an answer. Time passes by waiting alone, which those
 * who wait at once do at once.
 */
function modelThatJudges(
  judge: (rows: readonly string[]) => InvocationErrorCode | undefined,
  latencyMs = 0,
) {
  let nowMs = 0
  const invoke: Invoke = async ({ body }) => {
    nowMs += latencyMs
    const rows = Buffer.from(body).toString().trimEnd().split('\n')
    const code = judge(rows)
    if (code !== undefined) throw new InvocationError(code, 'churn-v3', 'answered 500')
    return { ...ANSWER, body: Buffer.from('0.5\n'.repeat(rows.length)) }
  }
  const patience = createPatience(300_000, () => nowMs)
  const wait = async (ms: number) => void (nowMs += ms)
  const askFor = patient({ invoke, patience, wait, random: () => 0.5 })
  const rows = Array.from({ length: 20 }, (_, row) => `${row},1\n`)
  const offsets = rows.reduce((all, { length }) => [...all, (all.at(-1) ?? 0) + length], [0])
  const input = {
    endpoint: { ...request.endpoint, response: 'auto' as const },
    region: 'eu-west-1',
    body: Buffer.from(rows.join('')),
    rows: rows.length,
    rowOffsets: () => Uint32Array.from(offsets),
  }
  /** Looks until the job need not wait any more. */
  const judged = async () => {
    for (;;) {
      try {
        return await preflight({ invoke: askFor(jobId) }, input, never)
      } catch (error) {
        if (!(error instanceof EndpointAwayError)) throw error
        if (nowMs > DAY_MS) throw new Error('the job waits for ever', { cause: error })
        nowMs += 5_000
      }
    }
  }
  return { judged, nowMs: () => nowMs }
}

test('a model that fails for a column too many, and answers the rows, is ready within seconds', async () => {
  const strict = modelThatJudges(([row = '']) =>
    row.split(',').length > 2 ? 'model_failed' : undefined,
  )
  expect(await strict.judged()).toMatchObject({ kind: 'ready', rowsAnswered: 20, rowsRefused: 0 })
  expect(strict.nowMs()).toBeLessThan(10_000)
})

test('a row for which the model fails does not keep its job from starting', async () => {
  const touchy = modelThatJudges((rows) => (rows.includes('7,1') ? 'model_failed' : undefined))
  expect(await touchy.judged()).toMatchObject({ kind: 'ready', rowsAnswered: 19, rowsRefused: 1 })
  expect(touchy.nowMs()).toBeLessThan(330_000)
})

test('however slow the model is, what it fails at is told by what it answers in the same look', async () => {
  const judge = (rows: readonly string[]) =>
    rows.includes('7,1') || rows[0]!.split(',').length > 2 ? 'model_failed' : undefined
  const slow = modelThatJudges(judge, 25_000)
  expect(await slow.judged()).toMatchObject({ kind: 'ready', rowsAnswered: 19, rowsRefused: 1 })
  expect(slow.nowMs()).toBeLessThan(2 * 3_600_000)
})

test('where the service fails at some rows and answers others, the job waits no longer than it may', async () => {
  const torn = modelThatJudges((rows) => (rows.includes('7,1') ? 'connection_failed' : undefined))
  expect(await torn.judged()).toMatchObject({ kind: 'wrong' })
  expect(torn.nowMs()).toBeLessThan(360_000)
})
