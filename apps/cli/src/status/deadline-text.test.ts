import type { Job } from '@millrace/job'
import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { deadlineText } from './deadline-text.ts'

const HOUR = 3_600
const START = 1_796_083_200 // 2026-12-01T00:00:00Z
const plan = { batches: 100, rows: 100_000 }

function textOf(facts: Partial<Job>, { hours = 0, batches = 0 } = {}): string | undefined {
  const job = jobWith({ createdAt: START, ...facts })
  return deadlineText(
    { ...job, spec: { ...job.spec, deadline: '6h' } },
    batches,
    START + hours * HOUR,
  )
}
const running = { state: 'running', startedAt: START, plan } as const

test.for([
  ['of a job that waits', { state: 'planning' }, { hours: 1 }, '5 h 00 min left'],
  ['before the first batch', running, { hours: 1 }, '5 h 00 min left'],
  [
    'of a job on course',
    running,
    { hours: 1, batches: 25 },
    '5 h 00 min left; by the mean until now it will have ended by 2026-12-01T04:00:00Z',
  ],
  [
    'of a slow one',
    running,
    { hours: 1, batches: 10 },
    '5 h 00 min left; by the mean until now it will be late by 4 h 00 min',
  ],
  [
    'of a paused one',
    { ...running, state: 'paused' },
    { hours: 1, batches: 10 },
    '5 h 00 min left',
  ],
  ['of a late one', running, { hours: 7, batches: 10 }, 'late by 1 h 00 min'],
  [
    'of one that has ended',
    { ...running, state: 'succeeded', endedAt: START + 5 * HOUR },
    { hours: 50, batches: 100 },
    'kept with 1 h 00 min to spare',
  ],
  [
    'of one that ended late',
    { ...running, state: 'succeeded_with_failures', endedAt: START + 8 * HOUR },
    { hours: 50, batches: 100 },
    'missed by 2 h 00 min',
  ],
] as const)('%s', ([, facts, at, says]) => {
  expect(textOf(facts, at)).toBe(`2026-12-01T06:00:00Z, ${says}`)
})

test('of a job that has no result, only when it was to have one', () => {
  const failed = { ...running, state: 'failed', endedAt: START + HOUR } as const
  expect(textOf(failed, { hours: 2 })).toBe('2026-12-01T06:00:00Z')
})

test('of a job that may take as long as it likes, nothing', () => {
  expect(deadlineText(jobWith(), 0, START)).toBeUndefined()
})
