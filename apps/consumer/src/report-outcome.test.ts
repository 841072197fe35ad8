import { type Logger, type Metrics, noMetrics } from '@millrace/service'
import { expect, test } from 'vitest'
import type { Outcome } from './process-batch.ts'
import { type Attempt, reportOutcome } from './report-outcome.ts'
import { jobId } from './test-data.fixture.ts'

const range = { start: 0, end: 2 }
const batch = { jobId, batch: 3, rows: range, bytes: range, object: 0 }
const attempt: Attempt = { batch, attempt: 1, messageId: 'm-1', durationMs: 5 }

function lineOf(outcome: Outcome): object {
  const lines: object[] = []
  const note = (facts: object) => void lines.push(facts)
  const logger = { info: note, warn: note } as Parameters<typeof reportOutcome>[0]['logger']
  reportOutcome({ logger, metrics: noMetrics }, attempt, outcome)
  return lines[0] ?? {}
}

test.for<Outcome>([
  { kind: 'rejected', code: 'job_unknown', reason: 'job j-1 is unknown' },
  { kind: 'released', reason: new Error('a reset connection') },
])('a message that was $kind is found by its id', (outcome) => {
  expect(lineOf(outcome)).toMatchObject({ messageId: 'm-1', batch: 3, outcome: outcome.kind })
})

test.for([
  [true, 1],
  [false, 0],
] as const)('a batch that is put off counts as a failed attempt: %s', ([isFailed, times]) => {
  let failed = 0
  const count: Metrics['count'] = (...[name, by]) => {
    if (name === 'millrace.attempts.failed') failed += by
  }
  const logger = { info: () => {}, warn: () => {} } as unknown as Logger
  const outcome = { kind: 'postponed', reason: 'away', isFailed } as const
  reportOutcome({ logger, metrics: { ...noMetrics, count } }, attempt, outcome)
  expect(failed).toBe(times)
})

test('of what went well nobody looks for the message', () => {
  expect(lineOf({ kind: 'duplicate' })).not.toHaveProperty('messageId')
})
