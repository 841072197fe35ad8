import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { jobFacts } from './job-facts.ts'

const postponed = { at: 1_780_000_000, reason: 'invoke churn: endpoint_throttled' }
const progress = { batches: 0, failedRows: 0, firstMissing: 0 }

test('of a job that waits for its endpoint tells when it was looked at, and what was met', () => {
  const waits = /^waits +for its endpoint, looked at .*2026.*: invoke churn: endpoint_throttled$/m
  const dataset = { digest: 'd', objects: 1, bytes: 8 }
  expect(jobFacts(jobWith({ state: 'planning', dataset, postponed }), progress)).toMatch(waits)
  expect(jobFacts(jobWith({ state: 'running', dataset, postponed }), progress)).not.toContain(
    'waits',
  )
})

test('of a running job tells why batches of it were given back, while that is news', () => {
  const waits = { at: 1_780_000_000, reason: 'invoke churn: endpoint_not_found' }
  const told = (change: object, now: number) => jobFacts(jobWith(change), progress, { now })
  expect(told({ state: 'running', waits }, waits.at + 180)).toMatch(
    /^waits +batches were given back undone .*2026.*: invoke churn: endpoint_not_found$/m,
  )
  expect(told({ state: 'running', waits }, waits.at + 181)).not.toContain('waits')
  expect(told({ state: 'planning', waits }, waits.at)).toMatch(/^waits +batches were given back/m)
  const failedAttempt = { at: waits.at, reason: 'read plan: S3 is slow' }
  expect(told({ state: 'planning', failedAttempt }, waits.at + 6_000)).toMatch(
    /^waits +an attempt to plan it failed .*2026.*: read plan: S3 is slow$/m,
  )
  expect(told({ state: 'running', failedAttempt }, waits.at)).not.toContain('waits')
  expect(told({ state: 'succeeded', waits }, waits.at)).not.toContain('waits')
})

test('of a job that has no dataset yet, tells what its producer is at', () => {
  const noted = { ...postponed, reason: 'its dataset is being decompressed' }
  const waits = /^waits +its dataset is being decompressed, as of .*2026/m
  expect(jobFacts(jobWith({ state: 'planning', postponed: noted }), progress)).toMatch(waits)
})

test('settings of its spec that have no effect are named', () => {
  const { spec } = jobWith()
  const decision = { ...spec.decision, kind: 'none', threshold: 0.3 } as const
  expect(jobFacts(jobWith({ spec: { ...spec, decision } }), progress)).toMatch(
    /^no effect +decision\.threshold \(the decision is none\)$/m,
  )
  expect(jobFacts(jobWith(), progress)).not.toContain('no effect')
})

test('what was set aside for a job is told by its first batch, and counted', () => {
  const rejection = (batch: number) => ({
    ...{ batch, code: 'batch_not_planned', message: 'the plan has no such rows' },
    ...{ attempts: 1, evidence: '{}', rejectedAt: 1_780_000_000 },
  })
  const told = (...batches: number[]) =>
    jobFacts(jobWith(), progress, { rejections: batches.map(rejection) })
  expect(told()).not.toContain('set aside')
  expect(told(3)).toMatch(
    /^set aside +a message for batch 3: the plan has no such rows \(batch_not_planned\)$/m,
  )
  expect(told(3, 5, 9)).toMatch(/\(batch_not_planned\), and for 2 more$/m)
})
