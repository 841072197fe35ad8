import { limits } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { graphOf, ofType } from './graph/graph.ts'
import { type Minutes, rings } from './ringing.fixture.ts'

const graph = graphOf('prod')

const alarmNamed = (wanted: string) => {
  const found = ofType(graph, 'cloudwatch.MetricAlarm').find(({ name }) => name === wanted)
  if (found === undefined) throw new Error(`no alarm ${wanted}`)
  return found
}

/** The same in each of so many minutes. */
const each = (minutes: number, value: number | undefined): Minutes =>
  Array.from({ length: minutes }, () => value)

describe('messages that nobody receives', () => {
  const { plansAtOnce, resultsAtOnce } = limits
  const CONCURRENCY = 16 // Of the stack.

  test.for([
    ['ring when no task runs', 'jobs', 0, undefined, 'always'],
    ['ring when a task that has room takes none', 'jobs', 0, plansAtOnce - 1, 'always'],
    ['do not ring while some are taken', 'jobs', 1, 1, 'never'],
    ['do not ring while all slots plan', 'jobs', 0, plansAtOnce, 'never'],
    ['do not ring while all slots write results', 'completions', 0, resultsAtOnce, 'never'],
    ['do not ring while all slots score', 'batches', 0, CONCURRENCY, 'never'],
    ['ring when one consumer of two is idle', 'batches', 0, CONCURRENCY / 2, 'always'],
  ] as const)('%s', ([, queue, received, held, heard]) => {
    const told = {
      ApproximateNumberOfMessagesVisible: each(20, 1),
      NumberOfMessagesReceived: each(20, received),
      'millrace.messages.in_flight': each(20, held),
    }
    expect(rings(alarmNamed(`${queue}-not-received`), told)).toBe(heard)
  })
})

describe('a deployment', () => {
  const { attemptsMax } = limits
  /** What happens in the third of ten minutes, and in the next. */
  const then = (...values: number[]) => [0, 0, ...values, ...each(8 - values.length, 0)]

  test.for<[string, Minutes, string]>([
    ['is rolled back for one request that always fails', then(attemptsMax), 'always'],
    ['is rolled back when two reports share its attempts', then(2, attemptsMax - 2), 'always'],
    ['is rolled back for slow attempts', then(1, 1, 1, 1, 1), 'always'],
    ['is rolled back for a refused role', then(5, 1, 1, 2, 1, 1, 1, 1), 'always'],
    ['stands when the third attempt succeeds', then(2), 'never'],
  ])('of the producer %s', ([, failed, heard]) => {
    for (const app of ['producer', 'aggregator']) {
      const told = { 'millrace.attempts.failed': failed }
      expect(rings(alarmNamed(`${app}-deployment`), told)).toBe(heard)
    }
  })

  test.for<[string, Minutes, Minutes, string]>([
    ['is rolled back for a thousand batches', then(1_000 * attemptsMax), then(0), 'always'],
    ['is rolled back for a job of four batches', then(9, 11), then(0), 'always'],
    ['is rolled back when a third of the batches fail', then(0, 500), then(900, 200), 'always'],
    ['stands for one batch that breaks its container', then(attemptsMax), then(0), 'never'],
    ['stands when each hundredth batch does', then(50), then(990), 'never'],
  ])('of consumers %s', ([, failed, ended, heard]) => {
    const told = { 'millrace.attempts.failed': failed, 'millrace.messages.settled': ended }
    expect(rings(alarmNamed('consumer-deployment'), told)).toBe(heard)
  })
})

describe('attempts that fail', () => {
  /** One request, given back uncharged: soon at first, then later each time, at most once in a minute. */
  const refused = [4, 2, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1]

  test.for<[string, Minutes, string]>([
    ['ring when a request comes back for a quarter hour', refused, 'always'],
    ['do not ring for a request that is set aside', [3, 2, ...each(18, 0)], 'never'],
    ['do not ring for an outage of minutes', [...each(6, 40), ...each(14, 0)], 'never'],
  ])('%s', ([, failed, heard]) => {
    const told = { 'millrace.attempts.failed': failed }
    expect(rings(alarmNamed('producer-failing'), told)).toBe(heard)
  })
})

describe('an endpoint that throttles', () => {
  const MINUTES = 36
  const minutes = (of: (minute: number) => number) =>
    Array.from({ length: MINUTES }, (_, m) => of(m))
  /** Throttles that come so many seconds after each other. */
  const every = (seconds: number) => {
    const times = Array.from({ length: (MINUTES * 60) / seconds }, (_, n) => n * seconds)
    return minutes((minute) => times.filter((at) => Math.floor(at / 60) === minute).length)
  }
  /** A throttle a second, from one second to another of each five minutes, told by each consumer once a minute. */
  const bursts = (from: number, to: number, tellAt: readonly number[]) => {
    const met = (second: number) => (second % 300 >= from && second % 300 < to ? 1 : 0)
    return minutes((minute) =>
      tellAt
        .flatMap((at) => Array.from({ length: 60 }, (_, ago) => met(minute * 60 + at - ago)))
        .reduce<number>((sum, one) => sum + one, 0),
    )
  }

  test.for<[string, Minutes, string]>([
    ['rings when it serves half at a second', every(9), 'always'],
    ['rings when one consumer of it learns that at three seconds', every(160), 'always'],
    ['does not ring for live traffic each five minutes', minutes((m) => (m % 5 ? 0 : 36)), 'never'],
    ['does not ring for a minute of it across two', bursts(30, 90, [59]), 'never'],
    ['does not ring for twenty seconds of it across two', bursts(50, 70, [59]), 'never'],
    ['does not ring when four consumers tell of it', bursts(10, 30, [5, 20, 40, 55]), 'never'],
    ['does not ring while it grows', minutes((m) => (m < 15 ? 200 : 0)), 'never'],
    ['does not ring when it serves all', each(MINUTES, 0), 'never'],
  ])('%s', ([, throttles, heard]) => {
    expect(rings(alarmNamed('throttled'), { 'millrace.throttles': throttles })).toBe(heard)
  })
})
