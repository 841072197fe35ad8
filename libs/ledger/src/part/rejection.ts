import type { PutItemInput } from '@aws-sdk/client-dynamodb'
import type { Job, JobId } from '@millrace/job'
import { call, isConditionFailed } from '../table/call.ts'
import { ItemReader } from '../table/item.ts'
import { number } from '../job/job-item.ts'
import { failurePartition, rejectionKey } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'
import { queryItems } from '../table/query.ts'

/** A message for a batch that no attempt could process, as it stays known when its queue forgets it. */
export interface Rejection {
  readonly batch: number
  /** That of the message in the dead-letter queue. */
  readonly code: string
  readonly message: string
  /** Deliveries of the message, from 1. */
  readonly attempts: number
  /** The message itself. */
  readonly evidence: string
  /** Seconds since the epoch. */
  readonly rejectedAt: number
}

/**
 * Records that a message was set aside. The first one for a batch stays: what anybody can send must
 * not grow without a bound, so a job has at most as many as it has batches.
 */
export async function putRejection(
  ledger: Ledger,
  { jobId, expiresAt }: Pick<Job, 'jobId' | 'expiresAt'>,
  rejection: Rejection,
  signal: AbortSignal,
): Promise<void> {
  const { batch, code, message, attempts, evidence, rejectedAt } = rejection
  const input: PutItemInput = {
    TableName: ledger.tableName,
    Item: {
      ...rejectionKey(jobId, batch),
      batch: number(batch),
      code: { S: code },
      message: { S: message },
      attempts: number(attempts),
      evidence: { S: evidence },
      rejectedAt: number(rejectedAt),
      ...(expiresAt === undefined ? {} : { expiresAt: number(expiresAt) }),
    },
    ConditionExpression: 'attribute_not_exists(PK)',
  }
  const request = () => ledger.client.send('PutItem', input, signal)
  try {
    await call(`put rejection ${batch} of job ${jobId}`, request, signal)
  } catch (failure) {
    if (!isConditionFailed(failure)) throw failure
  }
}

/** The rejections of a job, in the order of their batches. */
export async function* listRejections(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): AsyncGenerator<Rejection> {
  const input = {
    KeyConditionExpression: 'PK = :failures',
    ExpressionAttributeValues: { ':failures': { S: failurePartition(jobId) } },
    ConsistentRead: true,
  }
  for await (const item of queryItems(ledger, `list rejections of job ${jobId}`, input, signal)) {
    const read = new ItemReader(`rejection of job ${jobId}`, item)
    yield {
      batch: read.number('batch'),
      code: read.text('code'),
      message: read.text('message'),
      attempts: read.number('attempts'),
      evidence: read.text('evidence'),
      rejectedAt: read.number('rejectedAt'),
    }
  }
}
