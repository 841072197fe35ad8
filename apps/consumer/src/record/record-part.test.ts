import { NOTHING_SPENT, type Spent } from '@millrace/cost'
import type { Part, PutPartOutcome } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { recordPart } from './record-part.ts'
import { batch, never, openJobWith } from '../test-data.fixture.ts'

const scored = {
  predictions: Buffer.from('0.1\n\n0.3'),
  failures: [{ row: 7, code: 'refused', message: 'no' }],
  inputHash: 'ab',
  invocations: 1,
  throttles: 0,
  durationMs: 5,
}

/** Records the answer to batch 2 in its second attempt, over a put that ends so. */
async function recorded(outcome: (part: Part) => PutPartOutcome, { isMetered = true } = {}) {
  const spent: Spent = { ...NOTHING_SPENT, calls: 3 }
  const told: string[] = []
  const puts: Part[] = []
  const meter = {
    take: () => spent,
    giveBack: (taken: Spent) => void told.push(`gave back ${taken.calls} calls`),
    recorded: () => void told.push('recorded'),
  }
  const put = async (_: unknown, part: Part): Promise<PutPartOutcome> => {
    puts.push(part)
    return outcome(part)
  }
  const deps = { put, meter: isMetered ? meter : undefined, now: () => 1_700 }
  const { job } = openJobWith({}, { expiresAt: 9_000 })
  const outcomeOf = await recordPart(deps, job, batch, 2, scored, never).catch(
    (error: unknown) => error,
  )
  return { outcome: outcomeOf, told, part: puts[0] }
}

test('a part has what was answered, and what was used since the part before it', async () => {
  const { outcome, told, part } = await recorded(() => ({ kind: 'recorded' }))
  expect(outcome).toEqual({ kind: 'recorded', failedRows: 1 })
  expect(part).toMatchObject({ ...scored, batch: 2, attempt: 2, recordedAt: 1_700 })
  expect(part).toMatchObject({ expiresAt: 9_000, spent: { calls: 3 } })
  expect(told).toEqual(['recorded'])
})

test('of a batch that is recorded already, the failures of the part that holds count', async () => {
  const { outcome, told } = await recorded((part) => ({
    kind: 'duplicate',
    part: { ...part, failures: [] },
  }))
  expect(outcome).toEqual({ kind: 'duplicate', failedRows: 0 })
  expect(told).toEqual(['gave back 3 calls'])
})

test('what a part has taken is given back when it is not written', async () => {
  const away = new Error('no ledger')
  const { outcome, told } = await recorded(() => {
    throw away
  })
  expect(outcome).toBe(away)
  expect(told).toEqual(['gave back 3 calls'])
})

test('without a meter a part does not tell what was used', async () => {
  const { part } = await recorded(() => ({ kind: 'recorded' }), { isMetered: false })
  expect(part).not.toHaveProperty('spent')
})
