import { expect, test } from 'vitest'
import { isFinal, JOB_STATES, statesBefore, takesBatches } from './job-state.ts'

test('a job ends in one of four states', () => {
  expect(JOB_STATES.filter(isFinal)).toEqual([
    'succeeded',
    'succeeded_with_failures',
    'failed',
    'cancelled',
  ])
})

test('a job succeeds only from aggregating', () => {
  expect(statesBefore('succeeded')).toEqual(['aggregating'])
  expect(statesBefore('succeeded_with_failures')).toEqual(['aggregating'])
})

test('a job is aggregated only after its plan is whole', () => {
  expect(statesBefore('aggregating')).toEqual(['running'])
  expect(statesBefore('running')).toEqual(['planning', 'paused'])
})

test('a job is paused from planning and running, and goes back to either', () => {
  expect(statesBefore('paused')).toEqual(['planning', 'running'])
  expect(statesBefore('planning')).toEqual(['paused'])
})

test('every state that is not final can fail and be cancelled', () => {
  const open = JOB_STATES.filter((state) => !isFinal(state))
  expect(statesBefore('failed')).toEqual(open)
  expect(statesBefore('cancelled')).toEqual(open)
})

test('batches are invoked while planning and running only', () => {
  expect(JOB_STATES.filter(takesBatches)).toEqual(['planning', 'running'])
})
