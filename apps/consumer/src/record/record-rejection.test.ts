import type { Rejection } from '@millrace/ledger'
import { decodeBatchMessage } from '@millrace/job'
import { expect, test } from 'vitest'
import { recordRejection } from './record-rejection.ts'
import { batch, jobId, never, openJobWith } from '../test-data.fixture.ts'

/** What is kept of a message for batch 2 of a plan of so many batches. */
async function kept(batches: number | undefined) {
  const puts: Rejection[] = []
  const put = async (_: unknown, rejection: Rejection) => void puts.push(rejection)
  const facts = batches === undefined ? {} : { plan: { batches, rows: 3 * batches } }
  const { job } = openJobWith({}, facts)
  const rejection = { code: 'batch_not_planned', reason: 'other rows' } as const
  const message = { jobId, ...batch }
  await recordRejection({ put, now: () => 1_700 }, job, message, rejection, 3, never)
  return puts
}

test('a rejected batch of the plan is kept with the message itself', async () => {
  const [rejection, ...others] = await kept(3)
  const facts = { batch: 2, code: 'batch_not_planned', message: 'other rows' }
  expect(rejection).toMatchObject({ ...facts, attempts: 3, rejectedAt: 1_700 })
  expect(decodeBatchMessage(rejection?.evidence ?? '')).toEqual({ jobId, ...batch })
  expect(others).toEqual([])
})

test.for([
  ['beyond the plan', 2],
  ['of a job without a plan', undefined],
] as const)('a batch %s is not kept', async ([, batches]) => {
  expect(await kept(batches)).toEqual([])
})
