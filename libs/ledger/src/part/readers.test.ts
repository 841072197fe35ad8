import {
  type Batch,
  type Documents,
  encodePlanSegment,
  type Job,
  jobIdOf,
  jobSpecSchema,
  limits,
  planSegmentName,
} from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { addProgress } from '../progress/add-progress.ts'
import {
  createJob,
  createProgressMarker,
  type Ledger,
  listJobs,
  putPart,
  readFailures,
  readJob,
  readPart,
  readParts,
  readProgress,
  readRows,
  readWatermark,
  type RowAnswer,
  type UnreadableJob,
} from '../index.ts'
import { partPartition } from '../table/keys.ts'
import { localLedger } from '../local-ledger.fixture.ts'

const ledger = await localLedger({ now: () => 1_000 })
const signal = new AbortController().signal
const throwing = ({ error }: UnreadableJob): never => {
  throw error
}

const BATCH_ROWS = 10

/** A planned job of so many batches, some of them cut short by their bytes; nothing is recorded. */
async function plannedJob(name: string, batches: number, facts: Partial<Job> = {}) {
  const plan = planOf(batches)
  const rows = plan.at(-1)?.rows.end ?? 0
  const job: Job = {
    jobId: jobIdOf(name),
    clientToken: name,
    spec: jobSpecSchema.parse({
      version: 1,
      dataset: { uri: 's3://data/rows.csv' },
      endpoint: { name: 'churn' },
      batching: { rows: BATCH_ROWS },
      output: { uri: 's3://results/rows.csv' },
    }),
    state: 'running',
    partitions: 3,
    createdAt: 1_000,
    plan: { batches, rows },
    ...facts,
  }
  await createJob(ledger, job, signal)
  return { job, plan, documents: documentsWith(plan) }
}

/** Every third batch has four rows, the others ten. */
function planOf(batches: number): Batch[] {
  let row = 0
  return Array.from({ length: batches }, (_, batch) => {
    const start = row
    row += batch % 3 === 2 ? 4 : BATCH_ROWS
    return { batch, rows: { start, end: row }, bytes: { start, end: row }, object: 0 }
  })
}

function documentsWith(plan: readonly Batch[]): Documents & { reads: number } {
  const written = new Map<string, Buffer>()
  for (let first = 0; first < plan.length; first += limits.planSegmentBatches) {
    const segment = plan.slice(first, first + limits.planSegmentBatches)
    written.set(planSegmentName(first / limits.planSegmentBatches), encodePlanSegment(segment))
  }
  return {
    reads: 0,
    async read(name) {
      this.reads += 1
      return written.get(name)
    },
    async write(name, bytes) {
      written.set(name, Buffer.from(bytes))
    },
  }
}

/** Records a batch whose row `r` has the prediction `0.r`, but for the rows that failed. */
async function record(
  job: Job,
  batch: Batch,
  documents: Documents,
  failed: readonly number[] = [],
) {
  const rows = Array.from(
    { length: batch.rows.end - batch.rows.start },
    (_, i) => batch.rows.start + i,
  )
  const part = {
    jobId: job.jobId,
    partitions: job.partitions,
    batch: batch.batch,
    rows: batch.rows,
    predictions: Buffer.from(
      rows.map((row) => (failed.includes(row) ? '' : `0.${row}`)).join('\n'),
    ),
    failures: failed.map((row) => ({ row, code: 'row_refused', message: `row ${row} is odd` })),
    inputHash: 'a'.repeat(64),
    attempt: 1,
    invocations: 1,
    throttles: 0,
    durationMs: 5,
    recordedAt: 1_000,
    ...(job.expiresAt === undefined ? {} : { expiresAt: job.expiresAt }),
  }
  await putPart(ledger, part, documents, signal)
  await createProgressMarker(ledger).mark(job, batch.batch, failed.length, signal)
}

const rowsOf = async (job: Job, start: number, end: number, documents: Documents) =>
  await Array.fromAsync(readRows(ledger, job, { start, end }, () => documents, signal))

describe('the watermark', () => {
  test.for([
    { recorded: [], batches: 0 },
    { recorded: [1, 2], batches: 0 },
    { recorded: [0, 1, 3], batches: 2 },
    { recorded: [0, 1, 2, 3], batches: 4 },
  ])('with batches $recorded of four recorded, is at batch $batches', async (row) => {
    const { job, plan, documents } = await plannedJob(`mark-${row.recorded.join('-')}`, 4)
    for (const batch of row.recorded) await record(job, plan[batch]!, documents)

    const rows = plan[row.batches - 1]?.rows.end ?? 0
    expect(await readWatermark(ledger, job, documents, signal)).toEqual({
      batches: row.batches,
      rows,
    })
  })

  test.for([
    { batches: 300, missing: 299 },
    { batches: 300, missing: 257 },
    { batches: 300, missing: 128 },
    { batches: 300, missing: 300 },
    { batches: 20_000, missing: 16_500 },
  ])('of $batches batches without $missing, is there, planned or not', async (row) => {
    const { job, plan, documents } = await plannedJob(
      `tree-${row.batches}-${row.missing}`,
      row.batches,
    )
    const marker = createProgressMarker(ledger)
    const others = plan.filter(({ batch }) => batch !== row.missing)
    for (let at = 0; at < others.length; at += 1_000) {
      const some = others.slice(at, at + 1_000)
      await Promise.all(some.map(({ batch }) => marker.mark(job, batch, 0, signal)))
    }
    const wanted = { batches: row.missing, rows: plan[row.missing - 1]?.rows.end }
    documents.reads = 0

    expect(await readWatermark(ledger, job, documents, signal)).toEqual(wanted)
    const { plan: _sealed, ...growing } = job
    expect(await readWatermark(ledger, growing, documents, signal)).toEqual(wanted)
    expect(documents.reads).toBe(2)
  })

  test('when a full item is not yet marked above, stays below what is certain', async () => {
    const { job, plan, documents } = await plannedJob('crash', 300)
    const { plan: _growing, ...known } = job
    // Only the lowest level: as after a crash between the two writes.
    const marks = plan.slice(0, 128).map(({ batch }) => ({ element: batch, failedRows: 0 }))
    await addProgress(ledger, { jobId: job.jobId, level: 0, item: 0 }, marks, signal)
    await addProgress(
      ledger,
      { jobId: job.jobId, level: 0, item: 1 },
      [{ element: 128, failedRows: 0 }],
      signal,
    )

    const watermark = { batches: 128, rows: plan[127]?.rows.end }
    expect(await readWatermark(ledger, known, documents, signal)).toEqual(watermark)
  })
})

describe('rows of a running job', () => {
  test('are predicted, failed, pending or absent', async () => {
    const { job, plan, documents } = await plannedJob('rows', 4)
    await record(job, plan[0]!, documents)
    await record(job, plan[2]!, documents, [21])

    const answers = await rowsOf(job, 9, 36, documents)
    expect(answers.map(({ row }) => row)).toEqual(Array.from({ length: 27 }, (_, i) => 9 + i))
    expect(kindsOf(answers)).toEqual({
      predicted: '9 20 22 23',
      failed: '21',
      pending: '10-19 24-33',
      absent: '34 35',
    })
    expect(answers[0]).toEqual({ kind: 'predicted', row: 9, prediction: '0.9' })
    const failed = { kind: 'failed', row: 21, code: 'row_refused', message: 'row 21 is odd' }
    expect(answers[12]).toEqual(failed)
  })

  test('while the plan grows, are pending where it has not come yet', async () => {
    const { job, plan, documents } = await plannedJob('growing', 2, {})
    await record(job, plan[1]!, documents)
    const { plan: _growing, ...growing } = job

    expect(kindsOf(await rowsOf(growing, 8, 25, documents))).toEqual({
      predicted: '10-19',
      pending: '8 9 20-24',
    })
  })

  test('in any segment of a long plan of short batches, are found in few reads', async () => {
    const { job, plan, documents } = await plannedJob('long', 12_000)
    for (const batch of [0, 1_023, 1_024, 5_555, 11_999]) {
      await record(job, plan[batch]!, documents)
      const { start, end } = plan[batch]!.rows
      documents.reads = 0

      expect(kindsOf(await rowsOf(job, start, end, documents))).toHaveProperty('predicted')
      const { plan: _growing, ...growing } = job
      expect(kindsOf(await rowsOf(growing, start, end, documents))).toHaveProperty('predicted')
      expect(documents.reads).toBeLessThanOrEqual(12)
    }
  })

  test('that failed are found without reading the other parts', async () => {
    const { job, plan, documents } = await plannedJob('failures', 40)
    for (const batch of plan) {
      const failed = [3, 30].includes(batch.batch) ? [batch.rows.start + 1] : []
      await record(job, batch, documents, failed)
    }
    let reads = 0
    const send: Ledger['client']['send'] = (operation, ...request) => {
      reads += 1
      return ledger.client.send(operation, ...request)
    }
    const failures = await Array.fromAsync(
      readFailures({ ...ledger, client: { send } }, job, () => documents, signal),
    )
    expect(failures.map(({ row }) => row)).toEqual([
      plan[3]!.rows.start + 1,
      plan[30]!.rows.start + 1,
    ])
    expect(reads).toBe(3)
  })
})

describe('what has expired', () => {
  test('is gone for every reader, from that second on', async () => {
    const { job, plan, documents } = await plannedJob('expired', 1, { expiresAt: 1_500 })
    await record(job, plan[0]!, documents, [3])
    const at = (now: number): Ledger => ({ ...ledger, now: () => now })
    const seenAt = async (now: number) => {
      const read = at(now)
      const parts = await Array.fromAsync(readParts(read, job, () => documents, signal))
      const failures = await Array.fromAsync(readFailures(read, job, () => documents, signal))
      const listed = await Array.fromAsync(listJobs(read, { active: true }, throwing, signal))
      return [
        (await readJob(read, job.jobId, signal)) !== undefined,
        (await readPart(read, job, 0, documents, signal)) !== undefined,
        parts.length === 1,
        failures.length === 1,
        (await readProgress(read, job.jobId, signal)).done.size === 1,
        (await readWatermark(read, job, documents, signal)).batches === 1,
        listed.some(({ jobId }) => jobId === job.jobId),
      ]
    }

    expect(await seenAt(1_499)).toEqual(Array.from({ length: 7 }, () => true))
    expect(await seenAt(1_500)).toEqual(Array.from({ length: 7 }, () => false))
  })

  test('is no new job of its client token before DynamoDB has long removed all of it but that it was', async () => {
    const { job, plan, documents } = await plannedJob('forgotten', 1, { expiresAt: 1_500 })
    await record(job, plan[0]!, documents, [])
    const day = 24 * 60 * 60
    const left = await expiriesIn(`JOB#${job.jobId}`, partPartition(job.jobId, 0))
    expect(left).toEqual([1_500 + 30 * day, 1_500])
    const later = { ...ledger, now: () => 1_500 + 29 * day }
    expect(await createJob(later, job, signal)).toEqual({ kind: 'forgotten' })
  })
})

/** When DynamoDB may remove each item of the partitions. */
async function expiriesIn(...partitions: readonly string[]): Promise<number[]> {
  const query = async (partition: string) =>
    await ledger.client.send(
      'Query',
      {
        TableName: ledger.tableName,
        KeyConditionExpression: 'PK = :partition',
        ExpressionAttributeValues: { ':partition': { S: partition } },
      },
      signal,
    )
  const found = await Promise.all(partitions.map(query))
  return found.flatMap(({ Items = [] }) => Items.map(({ expiresAt }) => Number(expiresAt?.N)))
}

/** The rows of each kind, neighbours as `first-last`. */
function kindsOf(answers: readonly RowAnswer[]): Record<string, string> {
  const rows: Record<string, [number, number][]> = {}
  for (const { kind, row } of answers) {
    const ranges = (rows[kind] ??= [])
    const last = ranges.at(-1)
    if (last?.[1] === row - 1) last[1] = row
    else ranges.push([row, row])
  }
  const text = ([first, last]: [number, number]): string =>
    last - first < 2 ? [...new Set([first, last])].join(' ') : `${first}-${last}`
  return Object.fromEntries(
    Object.entries(rows).map(([kind, ranges]) => [kind, ranges.map(text).join(' ')]),
  )
}
