import type { AttributeValue, UpdateItemInput } from '@aws-sdk/client-dynamodb'
import type { JobId } from '@millrace/job'
import { call, isConditionFailed } from '../table/call.ts'
import { jobKey } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'

export interface JobUpdate {
  /** For the message of an error: `seal plan`. */
  readonly verb: string
  readonly update: string
  readonly condition: string
  readonly values: Readonly<Record<string, AttributeValue>>
}

/**
 * Updates the `META` item of a job that is there; false when the condition did not hold. `#state`
 * stands for the attribute `state`, and so on: DynamoDB reserves many a word.
 */
export async function updateJob(
  ledger: Ledger,
  jobId: JobId,
  { verb, update, condition, values }: JobUpdate,
  signal: AbortSignal,
): Promise<boolean> {
  const aliases = new Set(`${update} ${condition}`.match(/#\w+/g))
  const names = Object.fromEntries([...aliases].map((alias) => [alias, alias.slice(1)]))
  const input: UpdateItemInput = {
    TableName: ledger.tableName,
    Key: jobKey(jobId),
    UpdateExpression: update,
    ConditionExpression: `attribute_exists(PK) AND (${condition})`,
    ExpressionAttributeValues: { ...values },
    ...(aliases.size === 0 ? {} : { ExpressionAttributeNames: names }),
  }
  const request = () => ledger.client.send('UpdateItem', input, signal)
  try {
    await call(`${verb} of job ${jobId}`, request, signal)
    return true
  } catch (failure) {
    if (isConditionFailed(failure)) return false
    throw failure
  }
}
