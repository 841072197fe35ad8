import type { PutItemInput } from '@aws-sdk/client-dynamodb'
import type { Job } from '@millrace/job'
import { call, isConditionFailed } from '../table/call.ts'
import { itemOfJob } from './job-item.ts'
import type { Ledger } from '../table/ledger.ts'
import { readJob } from './read-job.ts'

export type CreateJobOutcome =
  | { readonly kind: 'created' }
  | { readonly kind: 'exists'; readonly job: Job } // The same client token came before.
  | { readonly kind: 'forgotten' } // So it did, and its retention is over: it is no new job for 30 days more.

/** Creates a job unless there is one of its id, which is then returned unchanged, or was one. */
export async function createJob(
  ledger: Ledger,
  job: Job,
  signal: AbortSignal,
): Promise<CreateJobOutcome> {
  const input: PutItemInput = {
    TableName: ledger.tableName,
    Item: itemOfJob(job),
    ConditionExpression: 'attribute_not_exists(PK)',
  }
  const operation = `create job ${job.jobId}`
  try {
    await call(operation, () => ledger.client.send('PutItem', input, signal), signal)
    return { kind: 'created' }
  } catch (failure) {
    if (!isConditionFailed(failure)) throw failure
  }
  const existing = await readJob(ledger, job.jobId, signal)
  return existing === undefined ? { kind: 'forgotten' } : { kind: 'exists', job: existing }
}
