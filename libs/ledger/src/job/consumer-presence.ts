import type { PutItemInput } from '@aws-sdk/client-dynamodb'
import type { JobId } from '@millrace/job'
import { call } from '../table/call.ts'
import { ItemReader } from '../table/item.ts'
import { number } from './job-item.ts'
import { consumerKey, consumersPartition } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'
import { queryItems } from '../table/query.ts'

/** A consumer's word that it works on a job, good for a few seconds. */
export interface Presence {
  readonly consumer: string
  /** Seconds since the epoch, from which on it does not count. */
  readonly expiresAt: number
}

/**
 * Says that a consumer works on a job, and tells who else does. A consumer that dies or has no more
 * messages of the job is not counted once its word has expired; DynamoDB removes the item later.
 *
 * @param now in seconds since the epoch.
 * @returns the consumers that are there, this one included, in one order for all.
 */
export async function announceConsumer(
  ledger: Ledger,
  jobId: JobId,
  { consumer, expiresAt }: Presence,
  now: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const Item = { ...consumerKey(jobId, consumer), expiresAt: number(expiresAt) }
  const announcement: PutItemInput = { TableName: ledger.tableName, Item }
  const request = () => ledger.client.send('PutItem', announcement, signal)
  await call(`announce consumer of job ${jobId}`, request, signal)
  const input = {
    KeyConditionExpression: 'PK = :consumers',
    ExpressionAttributeValues: { ':consumers': { S: consumersPartition(jobId) } },
    ConsistentRead: true,
  }
  const present: string[] = []
  for await (const item of queryItems(ledger, `list consumers of job ${jobId}`, input, signal)) {
    const read = new ItemReader(`consumer of job ${jobId}`, item)
    if (read.number('expiresAt') > now) present.push(read.text('SK'))
  }
  return present
}
