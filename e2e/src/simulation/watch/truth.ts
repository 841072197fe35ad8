import {
  type BatchMessage,
  decodeBatchMessage,
  decodeJobRequest,
  type JobId,
  jobIdOf,
  type JobState,
  readPinnedDataset,
} from '@millrace/job'
import { type Ledger, type Part, readJob, readPart } from '@millrace/ledger'
import { createS3Backend, createStorage, jobDocuments, type Storage } from '@millrace/storage'
import { atOnce, type StoredMessage, storeClient, tableClient } from '@millrace/testing'
import { BUCKET, type SimulatedCloud, TABLE } from '../cloud.ts'
import { batchesOf } from '../dataset.ts'
import type { KnownJob } from '../known-job.ts'
import { expectedResult } from './expected-result.ts'

type JobItem = ReturnType<SimulatedCloud['table']['item']>

/** What table and store hold, read past all faults. */
export interface Truth {
  readonly ledger: Ledger
  readonly cloud: SimulatedCloud
  knownOf(jobId: string): KnownJob | undefined
  stateOf(jobId: JobId): JobState | undefined
  /** The job's own item. */
  itemOf(jobId: JobId): JobItem
  /** The rows of the version that the job is pinned to; nothing while it is not pinned. */
  pinnedRows(job: KnownJob): Promise<readonly string[] | undefined>
  /** The part that counts: the job's own, or that of the newest job below. */
  partOf(job: KnownJob, batch: number): Promise<Part | undefined>
  hasPart(job: Pick<KnownJob, 'jobId' | 'below'>, batch: number): boolean
  /** By the job itself, or by one below. */
  hasMark(job: Pick<KnownJob, 'jobId' | 'below'>, batch: number): boolean
  failedRowsOf(job: KnownJob): Promise<Set<number>>
  /** The result that the job must have, by its pin and by which rows have failed. */
  resultOf(job: KnownJob, threshold?: number): Promise<string | undefined>
}

const never = new AbortController().signal

export function createTruth(cloud: SimulatedCloud, jobs: ReadonlyMap<string, KnownJob>): Truth {
  const ledger: Ledger = { client: tableClient(cloud.table, atOnce), tableName: TABLE }
  const storage: Storage = createStorage({
    s3: createS3Backend(storeClient(cloud.store, atOnce), 'sdk'),
  })
  const documentsOf = (jobId: JobId) => jobDocuments(storage, `s3://${BUCKET}/work/`, jobId)
  const itemOf = (jobId: JobId): JobItem => cloud.table.item(`JOB#${jobId}`, 'META')
  const partitionsOf = (jobId: JobId): number => Number(itemOf(jobId)?.['partitions']?.N)
  // A pin never changes; that it does not is checked where the job's item is written.
  const pinned = new Map<JobId, readonly string[]>()
  // Whoever writes an item again puts a new one in its place, so that each is read once.
  const parts = new WeakMap<object, Part>()

  async function pinnedRows({ jobId, versions }: KnownJob): Promise<readonly string[] | undefined> {
    const known = pinned.get(jobId)
    if (known !== undefined) return known
    const job = await readJob(ledger, jobId, never)
    if (job?.dataset === undefined) return undefined
    const { objects } = await readPinnedDataset(documentsOf(jobId), job.dataset, never)
    const found = objects.map(({ version }) => versions.get(version))
    if (found.includes(undefined)) return undefined
    const rows = found.flatMap((each) => each ?? [])
    pinned.set(jobId, rows)
    return rows
  }

  function partItem(jobId: JobId, batch: number): object | undefined {
    const PK = `JOB#${jobId}#PART#${batch % partitionsOf(jobId)}`
    return cloud.table.item(PK, String(batch).padStart(10, '0'))
  }

  async function partOf(job: KnownJob, batch: number): Promise<Part | undefined> {
    const { jobId, below } = job
    const item = partItem(jobId, batch)
    if (item === undefined) return below && (await partOf(below, batch))
    const known = parts.get(item)
    if (known !== undefined) return known
    const place = { jobId, partitions: partitionsOf(jobId) }
    const part = await readPart(ledger, place, batch, documentsOf(jobId), never)
    if (part !== undefined) parts.set(item, part)
    return part
  }

  function hasPart({ jobId, below }: Pick<KnownJob, 'jobId' | 'below'>, batch: number): boolean {
    if (below !== undefined && hasPart(below, batch)) return true
    return partItem(jobId, batch) !== undefined
  }

  function hasMark({ jobId, below }: Pick<KnownJob, 'jobId' | 'below'>, batch: number): boolean {
    if (below !== undefined && hasMark(below, batch)) return true
    const item = String(Math.floor(batch / 128)).padStart(10, '0')
    const marks = cloud.table.item(`JOB#${jobId}#PROGRESS`, `0#${item}`)?.['done']?.NS
    return marks?.includes(String(batch)) === true
  }

  async function failedRowsOf(job: KnownJob): Promise<Set<number>> {
    const failed = new Set<number>()
    for (const batch of batchesOf(job.plan).keys()) {
      const part = await partOf(job, batch)
      for (const { row } of part?.failures ?? []) failed.add(row)
    }
    return failed
  }

  return {
    ledger,
    cloud,
    knownOf: (jobId) => [...jobs.values()].find((job) => job.jobId === jobId),
    stateOf: (jobId) => cloud.stateOf(jobId),
    itemOf,
    pinnedRows,
    partOf,
    hasPart,
    hasMark,
    failedRowsOf,
    async resultOf(job, threshold) {
      const rows = await pinnedRows(job)
      return rows && expectedResult(job.plan, rows, await failedRowsOf(job), threshold)
    },
  }
}

const requests = new WeakMap<StoredMessage, JobId>()

/** The job that a request is for, read once. */
export function requestedBy(message: StoredMessage): JobId {
  const known = requests.get(message)
  if (known !== undefined) return known
  const jobId = jobIdOf(decodeJobRequest(message.body).clientToken)
  requests.set(message, jobId)
  return jobId
}

const batches = new WeakMap<StoredMessage, BatchMessage | undefined>()

/** What a message says, read once; nothing when it says nothing. */
export function batchIn(message: StoredMessage): BatchMessage | undefined {
  if (!batches.has(message)) batches.set(message, readBatch(message.body))
  return batches.get(message)
}

export function readBatch(body: string): BatchMessage | undefined {
  try {
    return decodeBatchMessage(body)
  } catch {
    return undefined
  }
}
