import type { GetItemInput } from '@aws-sdk/client-dynamodb'
import type { Documents, Job } from '@millrace/job'
import { call } from '../table/call.ts'
import { isExpired } from '../table/expiry.ts'
import { progressKey } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'
import { plannedBatch } from './planned-batch.ts'
import { FAN_OUT, rootLevel, treeOf } from './progress-tree.ts'
import { readTotals } from './read-totals.ts'

/** How far a job is complete: everything below is final, whatever is recorded above it. */
export interface Watermark {
  /** Each batch of `[0, batches)` is recorded. */
  readonly batches: number
  /** Each row of `[0, rows)` is predicted or failed. */
  readonly rows: number
}

/** Each element of level 3 stands for 2 million batches; its first item is the root of 268 million. */
const TOP_LEVEL = 3

/**
 * Finds the watermark of a job by going down the tree of done batches: at most four small reads and
 * one plan segment, whatever the job's size.
 *
 *     level 1   {0, 1, 3}          2 is the first that is missing: down to item 2
 *     level 0   {256, 257, 259}    258 is: rows up to batch 258 are final
 *
 * It never says too much. For the moment between two marks it may say too little.
 */
export async function readWatermark(
  ledger: Ledger,
  job: Pick<Job, 'jobId' | 'plan'>,
  documents: Pick<Documents, 'read'>,
  signal: AbortSignal,
): Promise<Watermark> {
  const missing = await firstMissing(ledger, job, signal)
  // Read after the tree: a last item that is full with fewer elements was sealed before.
  const plan = job.plan ?? (await readTotals(ledger, job.jobId, signal))
  const batches = Math.min(missing, plan?.batches ?? missing)
  if (batches === 0) return { batches, rows: 0 }
  const last = await plannedBatch(documents, batches - 1, signal)
  return { batches, rows: last.rows.end }
}

async function firstMissing(
  ledger: Ledger,
  { jobId, plan }: Pick<Job, 'jobId' | 'plan'>,
  signal: AbortSignal,
): Promise<number> {
  let item = 0
  for (let level = plan === undefined ? TOP_LEVEL : rootLevel(treeOf(plan)); ; level -= 1) {
    const done = await elementsOf(ledger, { jobId, level, item }, signal)
    const end = (item + 1) * FAN_OUT
    let element = item * FAN_OUT
    while (element < end && done.has(element)) element += 1
    // A full item below the root is not yet marked above: what lies beyond is not known.
    if (level === 0 || element === end) return element * FAN_OUT ** level
    item = element
  }
}

async function elementsOf(
  ledger: Ledger,
  { jobId, level, item }: Pick<Job, 'jobId'> & { level: number; item: number },
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const input: GetItemInput = {
    TableName: ledger.tableName,
    Key: progressKey(jobId, level, item),
    ConsistentRead: true,
  }
  const request = () => ledger.client.send('GetItem', input, signal)
  const { Item } = await call(`read watermark of job ${jobId}`, request, signal)
  const live = Item !== undefined && !isExpired(Item, ledger)
  return new Set(live ? Item['done']?.NS?.map(Number) : [])
}
