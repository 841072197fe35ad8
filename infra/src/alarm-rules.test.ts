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

describe('an endpoint that throttles', () => {
  const MINUTES = 36
  const minutes = (of: (minute: number) => number) =>
    Array.from({ length: MINUTES }, (_, m) => of(m))
  /** Throttles that come so many seconds after each other. */
  const every = (seconds: number) => {
    const times = Array.from({ length: (MINUTES * 60) / seconds }, (_, n) => n * seconds)
    return minutes((minute) => times.filter((at) => Math.floor(at / 60) === minute).length)
  }

  test.for<[string, Minutes, string]>([
    ['rings when it serves half at a second', every(9), 'always'],
    ['rings when one consumer of it learns that at three seconds', every(160), 'always'],
    ['does not ring for live traffic each five minutes', minutes((m) => (m % 5 ? 0 : 36)), 'never'],
    ['does not ring while it grows', minutes((m) => (m < 15 ? 200 : 0)), 'never'],
    ['does not ring when it serves all', each(MINUTES, 0), 'never'],
  ])('%s', ([, throttles, heard]) => {
    expect(rings(alarmNamed('throttled'), { 'millrace.throttles': throttles })).toBe(heard)
  })
})
