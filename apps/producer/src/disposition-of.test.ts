import { jobIdOf } from '@millrace/job'
import type { Disposition } from '@millrace/queue'
import { expect, test } from 'vitest'
import { dispositionOf } from './disposition-of.ts'
import type { PlanOutcome } from './plan-job.ts'

const jobId = jobIdOf('token')
const ended = { kind: 'ended', jobId } as const
const refused = { kind: 'refused', reason: 'not allowed' } as const
const postponed = { kind: 'postponed', jobId, reason: 'no room' } as const

test.for<[string, PlanOutcome[], Disposition]>([
  ['with nothing left to do, is deleted', [ended], { kind: 'acknowledge' }],
  [
    'with a request that may not be, is set aside',
    [ended, refused, refused],
    { kind: 'dead_letter', code: 'request_refused', reason: 'not allowed; not allowed' },
  ],
  [
    'that waits for the endpoint comes again, uncharged',
    [refused, postponed, ended],
    { kind: 'requeue', delaySeconds: 5 },
  ],
])('a message %s', ([, outcomes, disposition]) => {
  expect(dispositionOf(outcomes)).toEqual(disposition)
})
