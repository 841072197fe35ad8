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
