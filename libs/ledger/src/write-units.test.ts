import { type JobId, limits } from '@millrace/job'
import { printFloats } from '@millrace/predictions'
import { expect, test } from 'vitest'
import { createProgressMarker, expectPartSize, type Ledger, putPart } from './index.ts'
import { localLedger } from './local-ledger.fixture.ts'

const local = await localLedger()
let units = 0
const send: Ledger['client']['send'] = async (operation, input, aborted) => {
  const counted = { ...input, ReturnConsumedCapacity: 'TOTAL' as const }
  const answer = await local.client.send(operation, counted, aborted)
  const used = answer as { ConsumedCapacity?: { CapacityUnits?: number } }
  units += used.ConsumedCapacity?.CapacityUnits ?? 0
  return answer
}
const ledger: Ledger = { ...local, client: { send } }
const signal = new AbortController().signal

const noDocuments = {
  read: async () => undefined,
  write: () => Promise.reject(new Error('nothing is spilled here')),
}

/** Predictions without a pattern, from a fixed seed: nothing that compression could use. */
function predictions(rows: number, print: (value: number) => string): Buffer {
  let seed = 1
  const lines = Array.from({ length: rows }, () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32
    return print(seed / 2 ** 32)
  })
  return Buffer.from(lines.join('\n'))
}

const pythonFloat = (value: number): string =>
  String(printFloats(Buffer.from(Float32Array.of(value).buffer)))

async function unitsOf(rows: number, text: Buffer, batches: number): Promise<number> {
  units = 0
  const jobId = `units-${rows}-${text.length}` as JobId
  const marker = createProgressMarker(ledger)
  const job = { jobId, plan: { batches: limits.progressFanOut, rows } }
  for (let batch = 0; batch < batches; batch += 1) {
    const part = {
      jobId,
      partitions: 1,
      batch,
      rows: { start: batch * rows, end: (batch + 1) * rows },
      predictions: text,
      failures: [],
      inputHash: 'a'.repeat(64),
      variant: 'AllTraffic',
      attempt: 1,
      invocations: 1,
      throttles: 0,
      durationMs: 40,
      recordedAt: 1_780_000_000,
    }
    await putPart(ledger, part, noDocuments, signal)
    await marker.mark(job, batch, 0, signal)
  }
  return units / batches
}

// A million predictions in 1,000-row batches may cost 10,000 write units: 10 a batch.
test.for([
  {
    what: 'float32 as Python prints it',
    print: pythonFloat,
    max: 6,
  },
  { what: 'doubles of 17 digits', print: String, max: 10.5 },
  { what: 'six decimals', print: (v: number) => v.toFixed(6), max: 6 },
])('1,000 rows of $what cost at most $max units', async ({ print, max }) => {
  expect(await unitsOf(1_000, predictions(1_000, print), 10)).toBeLessThanOrEqual(max)
})

test.for([1, 100, 400, 900])('what a part of %d rows will cost is known before', async (rows) => {
  const text = predictions(rows, pythonFloat)
  const { writeUnits } = await expectPartSize(text, rows)
  // The mark is the other unit.
  expect(await unitsOf(rows, text, 1)).toBe(writeUnits + 1)
})

test('a batch of one row costs two units', async () => {
  expect(await unitsOf(1, Buffer.from('0.5'), 5)).toBe(2)
})

test('the last mark of a full progress item costs one unit still', async () => {
  const jobId = 'wide' as JobId
  const marker = createProgressMarker(ledger)
  const first = 1_000_000_000 - (1_000_000_000 % limits.progressFanOut)
  const job = { jobId, plan: { batches: first + limits.progressFanOut, rows: 1 } }
  for (let mark = 0; mark < limits.progressFanOut - 1; mark += 1) {
    units = 0
    await marker.mark(job, first + mark, 0, signal)
    expect(units).toBe(1)
  }
})
