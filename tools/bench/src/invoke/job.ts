import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  type Batch,
  encodePlanSegment,
  jobIdOf,
  jobSpecSchema,
  limits,
  planSegmentName,
  writePinnedDataset,
} from '@millrace/job'
import { createJob, createLedgerClient } from '@millrace/ledger'
import { createStorage, jobDocuments, s3WhenWanted } from '@millrace/storage'
import {
  BATCHES_IN_TABLE,
  body,
  credentials,
  endpoint,
  never,
  region,
  row,
  ROWS,
  tableUri,
} from './data.ts'

/** More than the rounds process: 128 segments of a plan, which a consumer keeps in memory. */
export const BATCHES = 128 * limits.planSegmentBatches
export const jobId = jobIdOf('bench')

/** A running job, as a producer leaves it, of which nothing is scored yet. */
export interface RecordedJob extends AsyncDisposable {
  /** Where its documents lie. */
  readonly folderUri: string
  /** 100 rows of the table, as they are sent. */
  readonly bodyFile: string
}

/** @param bucketUrl the S3 that has the table of rows; `tableUrl` is the ledger's. */
export async function recordJob(bucketUrl: string, tableUrl: string): Promise<RecordedJob> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-invoke-'))
  const folderUri = `${pathToFileURL(folder).href}/`
  const bodyFile = join(folder, 'body.csv')
  await writeFile(bodyFile, body)
  const storage = createStorage({
    s3: s3WhenWanted({ region, endpoint: bucketUrl, credentials }),
  })
  const client = createLedgerClient({ region, endpointUrl: tableUrl, credentials })
  const documents = jobDocuments(storage, folderUri, jobId)
  const objects = [await storage.pin(tableUri, never)].flat()
  const width = row.split(',').length
  const dataset = await writePinnedDataset(documents, { objects, header: false, width }, never)
  for (let segment = 0; segment * limits.planSegmentBatches < BATCHES; segment += 1) {
    await documents.write(planSegmentName(segment), encodePlanSegment(batchesOf(segment)), never)
  }
  const job = {
    jobId,
    clientToken: 'bench',
    spec: jobSpecSchema.parse({
      version: 1,
      dataset: { uri: tableUri, csv: { header: 'absent' } },
      endpoint,
      batching: { rows: ROWS },
      output: { uri: `${folderUri}scores.csv` },
    }),
    state: 'running' as const,
    partitions: limits.partPartitions,
    createdAt: 1_780_000_000,
    dataset,
    plan: { batches: BATCHES, rows: BATCHES * ROWS },
  }
  await createJob({ client, tableName: 'ledger' }, job, never)
  client.destroy()
  await storage.close()
  const dispose = () => rm(folder, { recursive: true, force: true })
  return { folderUri, bodyFile, [Symbol.asyncDispose]: dispose }
}

function batchesOf(segment: number): Batch[] {
  const first = segment * limits.planSegmentBatches
  return Array.from({ length: limits.planSegmentBatches }, (_, index) => planBatch(first + index))
}

export function planBatch(batch: number): Batch {
  const start = (batch % BATCHES_IN_TABLE) * body.length
  return {
    batch,
    rows: { start: batch * ROWS, end: (batch + 1) * ROWS },
    bytes: { start, end: start + body.length },
    object: 0,
  }
}
