import { ContractError, jobIdOf } from '@millrace/job'
import { noMetrics } from '@millrace/service'
import { expect, test } from 'vitest'
import type { PlanOutcome } from './plan-job.ts'
import { reportOutcome, reportUnreadable } from './report-outcome.ts'
import { jobWith } from './test-data.fixture.ts'

const asked = {
  request: { clientToken: 'churn', spec: jobWith().spec },
  message: { attempt: 2, messageId: 'm-1' },
}

function lineOf(outcome: PlanOutcome, request = asked.request): object {
  const lines: object[] = []
  const note = (facts: object) => void lines.push(facts)
  const logger = { info: note, warn: note } as Parameters<typeof reportOutcome>[0]['logger']
  reportOutcome({ logger, metrics: noMetrics }, { ...asked, request }, outcome)
  return lines[0] ?? {}
}

test('a refused request is found by its message and by its token', () => {
  expect(lineOf({ kind: 'refused', reason: 'not allowed' })).toEqual({
    ...{ reason: 'not allowed', messageId: 'm-1', clientToken: 'churn' },
    ...{ attempt: 2, outcome: 'refused' },
  })
})

test.for<[string, string, object]>([
  ['its token', '{"clientToken":"churn","version":2}', { clientToken: 'churn' }],
  ['no token that is too long', `{"clientToken":"${'x'.repeat(257)}"}`, {}],
  ['no token that is no text', '{"clientToken":{}}', {}],
  ['nothing else where it is null', 'null', {}],
  ['nothing else where it is no JSON', 'hello', {}],
])('a message that is no request is found by its id and %s', ([, body, token]) => {
  const lines: object[] = []
  const note = (facts: object) => void lines.push(facts)
  const logger = { info: note, warn: note } as Parameters<typeof reportUnreadable>[0]['logger']
  const error = new ContractError('invalid', 'job request: wanted another')
  reportUnreadable({ logger, metrics: noMetrics }, { body, messageId: 'm-1' }, error)
  expect(lines).toEqual([{ error, messageId: 'm-1', ...token, outcome: 'refused' }])
})

test('one that has a job is found by the job', () => {
  const jobId = jobIdOf('churn')
  expect(lineOf({ kind: 'ended', jobId })).toEqual({ jobId, attempt: 2, outcome: 'ended' })
})

test('settings that have no effect are named', () => {
  const { spec } = jobWith({ decision: { kind: 'none', threshold: 0.3 } })
  const request = { clientToken: 'churn', spec }
  expect(lineOf({ kind: 'ended', jobId: jobIdOf('churn') }, request)).toMatchObject({
    idleSettings: ['decision.threshold (the decision is none)'],
  })
})
