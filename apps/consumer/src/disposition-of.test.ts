import type { Disposition } from '@millrace/queue'
import { expect, test } from 'vitest'
import { dispositionOf } from './disposition-of.ts'
import type { Outcome } from './process-batch.ts'

const part = { rows: 1, failedRows: 0, invocations: 1, throttles: 0, bisections: 0, durationMs: 1 }

test.for<[Outcome, Disposition]>([
  [{ kind: 'recorded', part }, { kind: 'acknowledge' }],
  [{ kind: 'withheld' }, { kind: 'acknowledge' }],
  [{ kind: 'released', reason: new Error('reset') }, { kind: 'release' }],
  [
    { kind: 'rejected', code: 'job_unknown', reason: 'no such job' },
    { kind: 'dead_letter', code: 'job_unknown', reason: 'no such job' },
  ],
])('of %o becomes %o', ([outcome, disposition]) => {
  expect(dispositionOf(outcome, 0)).toEqual(disposition)
})

test('what is postponed comes later each time, and within a minute', () => {
  const delays = [0, 1, 2, 3, 4, 5, 6, 1_000].map((requeues) => {
    const disposition = dispositionOf(
      { kind: 'postponed', reason: 'away', isFailed: true },
      requeues,
      () => 0.999,
    )
    return disposition.kind === 'requeue' ? disposition.delaySeconds : undefined
  })
  expect(delays).toEqual([2, 4, 8, 16, 32, 60, 60, 60])
})
