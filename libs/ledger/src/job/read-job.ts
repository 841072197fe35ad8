import type { GetItemInput } from '@aws-sdk/client-dynamodb'
import type { Job, JobId } from '@millrace/job'
import { call } from '../table/call.ts'
import { isExpired } from '../table/expiry.ts'
import type { Item } from '../table/item.ts'
import { jobOfItem } from './job-item.ts'
import { jobKey } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'

/** Reads a job as it is now (strongly consistent); nothing when there is no such job, or it has expired. */
export async function readJob(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): Promise<Job | undefined> {
  const item = await readJobItem(ledger, jobId, signal)
  return item === undefined ? undefined : jobOfItem(item)
}

/** The whole `META` item, which holds a lease and a summary too. */
export async function readJobItem(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): Promise<Item | undefined> {
  const found = await readKeptItem(ledger, jobId, signal)
  return found !== undefined && isExpired(found, ledger) ? undefined : found
}

/** True when there was such a job and its token is no new one yet, as `createJob` finds too. */
export async function isForgotten(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): Promise<boolean> {
  const found = await readKeptItem(ledger, jobId, signal)
  return found !== undefined && isExpired(found, ledger)
}

async function readKeptItem(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): Promise<Item | undefined> {
  const input: GetItemInput = {
    TableName: ledger.tableName,
    Key: jobKey(jobId),
    ConsistentRead: true,
  }
  const request = () => ledger.client.send('GetItem', input, signal)
  return (await call(`read job ${jobId}`, request, signal)).Item
}
