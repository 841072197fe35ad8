import type { GetItemInput } from '@aws-sdk/client-dynamodb'
import type { JobId, PlanTotals } from '@millrace/job'
import { call } from '../table/call.ts'
import { ItemReader } from '../table/item.ts'
import { planOf } from '../job/job-item.ts'
import { jobKey } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'

/** Reads a job's totals as they are now (strongly consistent); nothing before its plan is sealed. */
export async function readTotals(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): Promise<PlanTotals | undefined> {
  const input: GetItemInput = {
    TableName: ledger.tableName,
    Key: jobKey(jobId),
    ProjectionExpression: '#plan',
    ExpressionAttributeNames: { '#plan': 'plan' },
    ConsistentRead: true,
  }
  const request = () => ledger.client.send('GetItem', input, signal)
  const { Item } = await call(`read totals of job ${jobId}`, request, signal)
  const read = new ItemReader(`job item ${jobId}`, Item ?? {})
  return read.has('plan') ? planOf(read.map('plan')) : undefined
}
