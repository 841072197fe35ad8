import { decisionSchema, exportIdOf, jobIdOf, outputSchema, type ResultExport } from '@millrace/job'
import { expect, test } from 'vitest'
import { createExport, finishExport, type Ledger, readExport } from '../index.ts'
import { localLedger } from '../local-ledger.fixture.ts'

const ledger = await localLedger()
const signal = new AbortController().signal

const exportOf = (token: string): ResultExport => ({
  jobId: jobIdOf('job'),
  exportId: exportIdOf(token),
  decision: decisionSchema.parse({ threshold: [0.3, 0.7] }),
  output: outputSchema.parse({ uri: 's3://results/again.parquet', format: 'parquet' }),
  state: 'requested',
  createdAt: 1_000,
})

test('an export comes back as it was asked for', async () => {
  const wanted = exportOf('asked')
  expect(await readExport(ledger, wanted, signal)).toBeUndefined()
  expect(await createExport(ledger, wanted, signal)).toEqual({ kind: 'created' })
  expect(await readExport(ledger, wanted, signal)).toEqual(wanted)
})

test('asked for again, it stays as it was', async () => {
  const wanted = exportOf('twice')
  await createExport(ledger, wanted, signal)
  const other = { ...wanted, output: outputSchema.parse({ uri: 's3://elsewhere/x.csv' }) }
  expect(await createExport(ledger, other, signal)).toEqual({ kind: 'exists' })
  expect(await readExport(ledger, wanted, signal)).toEqual(wanted)
})

test('it ends once', async () => {
  const wanted = exportOf('ends')
  await createExport(ledger, wanted, signal)
  const end = (state: 'succeeded' | 'failed') =>
    finishExport(ledger, wanted, { state, now: 2_000, summary: { rows: 3 } }, signal)
  expect(await Promise.all([end('succeeded'), end('failed')])).toContain(false)
  const ended = await readExport(ledger, wanted, signal)
  expect(ended).toMatchObject({ endedAt: 2_000 })
  expect(await end('failed')).toBe(false)
  expect(await readExport(ledger, wanted, signal)).toEqual(ended)
})

test('why it failed is kept', async () => {
  const wanted = exportOf('fails')
  await createExport(ledger, wanted, signal)
  const failure = { code: 'part_missing', message: 'batch 3 has no part' }
  await finishExport(ledger, wanted, { state: 'failed', now: 2_000, failure }, signal)
  expect(await readExport(ledger, wanted, signal)).toMatchObject({ state: 'failed', failure })
})

test('an export expires with its job, before DynamoDB removes it', async () => {
  const wanted = { ...exportOf('expires'), expiresAt: 5_000 }
  const at = (now: number): Ledger => ({ ...ledger, now: () => now })
  await createExport(ledger, wanted, signal)
  expect(await readExport(at(4_999), wanted, signal)).toEqual(wanted)
  expect(await readExport(at(5_000), wanted, signal)).toBeUndefined()
})

test('nobody ends an export that nobody asked for', async () => {
  const facts = { state: 'succeeded' as const, now: 2_000 }
  expect(await finishExport(ledger, exportOf('never'), facts, signal)).toBe(false)
})
