import { isFinal, JOB_STATES } from '@millrace/job'
import { expect, test } from 'vitest'
import { phaseOf, SHOWN_STATES } from './job-states.ts'

test.for(JOB_STATES)('%s is under way until it is final', (state) => {
  expect(phaseOf(state)).toBe(isFinal(state) ? 'ended' : 'under way')
})

test('every state of a job is shown, and what cannot be read', () => {
  expect(SHOWN_STATES).toEqual([...JOB_STATES, 'unreadable'])
})
