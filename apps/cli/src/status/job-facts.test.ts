import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { jobFacts } from './job-facts.ts'

const postponed = { at: 1_780_000_000, reason: 'invoke churn: endpoint_throttled' }
const progress = { batches: 0, failedRows: 0, firstMissing: 0 }

test('of a job that waits for its endpoint tells when it was looked at, and what was met', () => {
  const waits = /^waits +for its endpoint, looked at .*2026.*: invoke churn: endpoint_throttled$/m
  expect(jobFacts(jobWith({ state: 'planning', postponed }), progress)).toMatch(waits)
  expect(jobFacts(jobWith({ state: 'running', postponed }), progress)).not.toContain('waits')
})
