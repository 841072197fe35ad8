import type { Rejection } from '@millrace/ledger'
import { decodeBatchMessage } from '@millrace/job'
import { expect, test } from 'vitest'
import { recordRejection } from './record-rejection.ts'
import { batch, jobId, never, openJobWith } from '../test-data.fixture.ts'

test('a rejection is kept with the message itself', async () => {
  const puts: Rejection[] = []
  const put = async (_: unknown, kept: Rejection) => void puts.push(kept)
  const rejection = { code: 'batch_not_planned', reason: 'other rows' } as const
  const message = { jobId, ...batch }
  const { job } = openJobWith()
  await recordRejection({ put, now: () => 1_700 }, job, message, rejection, 3, never)
  const facts = { batch: 2, code: 'batch_not_planned', message: 'other rows' }
  expect(puts).toMatchObject([{ ...facts, attempts: 3, rejectedAt: 1_700 }])
  expect(decodeBatchMessage(puts[0]?.evidence ?? '')).toEqual({ jobId, ...batch })
})
