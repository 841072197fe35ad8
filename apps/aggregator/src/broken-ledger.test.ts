import { appendFile, rename } from 'node:fs/promises'
import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { startCloud } from '@millrace/cloud'
import { encodePlanSegment, exportIdOf, type Job } from '@millrace/job'
import { createExport, putPart } from '@millrace/ledger'
import { jobDocuments } from '@millrace/storage'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aggregateJob } from './aggregate-job.ts'
import { createDeps, createExportDeps } from './connect.ts'
import { type ExportOutcome, exportResult } from './export-result.ts'
import { type Recorded, startRecorded } from './recorded-job.fixture.ts'
import { never, partOf, planOf } from './test-data.fixture.ts'
import type { RecordedPart } from './write-result.ts'

/*
 * Whatever is done to what the ledger holds, by a bug of ours or by another hand, the job ends as
 * failed, says why, and nothing lies where its result would. All of it against a real table.
 */

let recorded: Recorded
/** AWS's own client: the other hand. */
let dynamo: DynamoDBClient
beforeAll(async () => {
  const cloud = await startCloud({ s3: true })
  recorded = await startRecorded(cloud)
  dynamo = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: cloud.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
    credentials: cloud.credentials,
  })
})
afterAll(async () => {
  dynamo.destroy()
  await recorded[Symbol.asyncDispose]()
})

/** Batches of three, three and two rows; row 4 has failed. */
const rows = [
  ['0.1', '0.2', '0.3'],
  ['0.4', '', '0.6'],
  ['0.7', '0.8'],
]
type Item = Record<string, AttributeValue>

const keyOf = (job: Job, batch: number) => ({
  PK: { S: `JOB#${job.jobId}#PART#${batch % 2}` },
  SK: { S: String(batch).padStart(10, '0') },
})
const send = (command: object): Promise<{ Item?: Item }> =>
  dynamo.send(command as never) as Promise<{ Item?: Item }>
const table = () => ({ TableName: recorded.ledger.tableName })
const read = async (job: Job, batch: number): Promise<Item> =>
  (await send(new GetItemCommand({ ...table(), Key: keyOf(job, batch) }))).Item ?? {}
const write = async (Item: Item) => void (await send(new PutItemCommand({ ...table(), Item })))
const remove = async (job: Job, batch: number) =>
  void (await send(new DeleteItemCommand({ ...table(), Key: keyOf(job, batch) })))
const change = async (job: Job, batch: number, changes: Item) =>
  await write({ ...(await read(job, batch)), ...changes })

/** Puts a part that is sound in itself, in place of the one that is there. */
async function replace(job: Job, part: RecordedPart): Promise<void> {
  await remove(job, part.batch)
  const { jobId, partitions } = job
  const { lines, ...facts } = part
  const written = { ...facts, predictions: lines.text, jobId, partitions }
  await putPart(recorded.ledger, written, documentsOf(job), never)
}
const documentsOf = (job: Job) =>
  jobDocuments(recorded.storage, recorded.config.MILLRACE_WORK_URI, job.jobId)
const [, middle] = planOf(3, 3, 2)
const middleOf = (start: number, predictions: readonly string[]): RecordedPart =>
  partOf({ ...middle!, rows: { start, end: start + predictions.length } }, predictions)

type Row = [string, (job: Job) => Promise<void>, string, RegExp]

test.for<Row>([
  ['a part is missing', (job) => remove(job, 1), 'part_missing', /of batch 1, found .* batch 2/],
  ['the last part is missing', (job) => remove(job, 2), 'part_missing', /batch 2 has no part/],
  [
    'a part lies there twice',
    async (job) => await write({ ...(await read(job, 1)), ...keyOf(job, 3) }),
    'item_corrupt',
    /it is of batch 1/,
  ],
  [
    'a part has a row too few',
    (job) => replace(job, middleOf(3, ['0.4', '0.5'])),
    'part_rows_mismatch',
    /batch 1 holds rows 3 to 5, the plan has 3 to 6/,
  ],
  [
    'a part has a row too many',
    (job) => replace(job, middleOf(3, ['0.4', '0.5', '0.6', '0.7'])),
    'part_rows_mismatch',
    /batch 1 holds rows 3 to 7/,
  ],
  [
    'a part is of another range',
    (job) => replace(job, middleOf(4, ['0.4', '0.5', '0.6'])),
    'part_rows_mismatch',
    /batch 1 holds rows 4 to 7/,
  ],
  [
    'a prediction was changed',
    (job) => change(job, 0, { predictions: { B: Buffer.alloc(12) }, encoding: { S: 'float32' } }),
    'item_corrupt',
    /the digest does not fit/,
  ],
  [
    'a failure was taken away',
    (job) => change(job, 1, { failedRows: { N: '0' } }),
    'item_corrupt',
    /the digest does not fit/,
  ],
  [
    'the rows of a part were changed',
    (job) => change(job, 1, { rowStart: { N: '2' } }),
    'item_corrupt',
    /the digest does not fit/,
  ],
  [
    "another job's part lies there",
    async (job) => {
      const other = await recorded.record(`other of ${job.jobId}`, rows, { name: 'other.csv' })
      await write({ ...(await read(other, 1)), ...keyOf(job, 1) })
    },
    'part_of_another_job',
    /batch 1 holds a part of job/,
  ],
  [
    'there is a part beyond the plan',
    (job) => replace(job, partOf({ ...middle!, batch: 3 }, ['0.4', '0.5', '0.6'])),
    'part_repeated',
    /batch 3 is not in the plan/,
  ],
  [
    'the predictions are cut',
    async (job) => {
      const bytes = (await read(job, 0))['predictions']?.B ?? Buffer.alloc(0)
      await change(job, 0, { predictions: { B: bytes.subarray(1) } })
    },
    'item_corrupt',
    /./,
  ],
  [
    'the job was sealed with other rows',
    async (job) => {
      const update = {
        Key: { PK: { S: `JOB#${job.jobId}` }, SK: { S: 'META' } },
        UpdateExpression: 'SET #plan.#rows = :rows',
        ExpressionAttributeNames: { '#plan': 'plan', '#rows': 'rows' },
        ExpressionAttributeValues: { ':rows': { N: '9' } },
      }
      await send(new UpdateItemCommand({ ...table(), ...update }))
    },
    'rows_mismatch',
    /8 rows in the parts, 9 in the plan/,
  ],
  [
    'the plan was changed',
    async (job) => {
      const bytes = encodePlanSegment(planOf(3, 2, 3))
      await documentsOf(job).write('plan/000000.bin', bytes, never)
    },
    'part_rows_mismatch',
    /batch 1 holds rows 3 to 6, the plan has 3 to 5/,
  ],
  [
    'the input is gone',
    async (job) => {
      const path = new URL(job.spec.dataset.uri)
      await rename(path, new URL(`${path.href}.gone`))
    },
    'dataset_missing',
    /./,
  ],
  [
    'the input was changed',
    async (job) => await appendFile(new URL(job.spec.dataset.uri), '1,2\n'),
    'dataset_changed',
    /./,
  ],
])('when %s, job and export fail with a sentence and no result', async (row) => {
  const [what, breakIt, code, message] = row
  await recorded.clear()
  const output = { join: 'all' as const }
  const job = await recorded.record(what, rows, { name: 'scores.csv', output })
  await breakIt(job)
  const deps = createDeps(recorded.config, recorded.world())
  const outcome = await aggregateJob(deps, job.jobId, never)
  expect(outcome).toMatchObject({ kind: 'failed', failure: { code } })
  expect(outcome).toMatchObject({ failure: { message: expect.stringMatching(message) } })
  expect(await recorded.results()).toEqual(new Map())
  expect(await aggregateJob(deps, job.jobId, never)).toEqual({ kind: 'ended' })
  expect(await exported(job)).toMatchObject({
    kind: 'failed',
    failure: { code, message: expect.stringMatching(message) },
  })
  expect(await recorded.results()).toEqual(new Map())
})

/** What becomes of an export that is made of the job's predictions all the same. */
async function exported(job: Job): Promise<ExportOutcome> {
  const { decision, output } = job.spec
  const name = { jobId: job.jobId, exportId: exportIdOf('again') }
  const wanted = { ...name, decision, output, state: 'requested', createdAt: 2_000 } as const
  await createExport(recorded.ledger, wanted, never)
  return await exportResult(createExportDeps(recorded.config, recorded.world()), name, never)
}

test('when nothing is broken, the job has its result', async () => {
  await recorded.clear()
  const job = await recorded.record('sound', rows, { name: 'scores.csv', output: { join: 'all' } })
  const outcome = await aggregateJob(
    createDeps(recorded.config, recorded.world()),
    job.jobId,
    never,
  )
  expect(outcome).toMatchObject({ kind: 'finished', state: 'succeeded_with_failures' })
  const results = await recorded.results()
  expect([...results.keys()]).toEqual(
    ['csv', 'errors.csv', 'manifest.json', 'report.html'].map((ending) => `scores.${ending}`),
  )
  expect(results.get('scores.csv')?.slice(0, 17)).toBe('0,"a\nb",0.1,0\n1,"')
})

test('beside the result of another ending, job and export leave it as it is', async () => {
  await recorded.clear()
  const deps = createDeps(recorded.config, recorded.world())
  const first = await recorded.record('first', rows, { name: 'scores.csv' })
  await aggregateJob(deps, first.jobId, never)
  const results = await recorded.results()
  expect(results.size).toBe(4)
  const second = await recorded.record('second', rows, { name: 'scores.jsonl' })
  const failure = { code: 'output_taken', message: expect.stringContaining('scores.csv') }
  expect(await aggregateJob(deps, second.jobId, never)).toMatchObject({ kind: 'failed', failure })
  expect(await exported(second)).toMatchObject({ kind: 'failed', failure })
  expect(await recorded.results()).toEqual(results)
})
