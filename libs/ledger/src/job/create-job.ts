import type { PutItemInput } from '@aws-sdk/client-dynamodb'
import type { Job } from '@millrace/job'
import { call, isConditionFailed } from '../table/call.ts'
import { itemOfJob } from './job-item.ts'
import type { Ledger } from '../table/ledger.ts'
import { LedgerError } from '../table/ledger-error.ts'
import { readJob } from './read-job.ts'

export type CreateJobOutcome =
  | { readonly kind: 'created' }
  | { readonly kind: 'exists'; readonly job: Job } // The same client token came before.

/** Creates a job unless there is one of its id, which is then returned unchanged. */
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
  if (existing !== undefined) return { kind: 'exists', job: existing }
  throw new LedgerError(
    'job_missing',
    `${operation}: job_missing (its retention is over, and its client token is kept for 30 days more)`,
    {
      hint: 'use another client token',
    },
  )
}
