import type { UpdateItemInput } from '@aws-sdk/client-dynamodb'
import type { ExportId, ExportState, JobFailure, JobId } from '@millrace/job'
import { call, isConditionFailed } from '../table/call.ts'
import { failureValue, number } from '../job/job-item.ts'
import { exportKey } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'

export interface FinishExportFacts {
  readonly state: Exclude<ExportState, 'requested'>
  /** Seconds since the epoch. */
  readonly now: number
  readonly summary?: object
  readonly failure?: JobFailure
}

/**
 * Ends an export; the first to end it wins, and `false` tells that it had ended. Two that made it at
 * once have written the same bytes under the same names, so it needs no lease.
 */
export async function finishExport(
  ledger: Ledger,
  { jobId, exportId }: { readonly jobId: JobId; readonly exportId: ExportId },
  { state, now, summary, failure }: FinishExportFacts,
  signal: AbortSignal,
): Promise<boolean> {
  const input: UpdateItemInput = {
    TableName: ledger.tableName,
    Key: exportKey(jobId, exportId),
    UpdateExpression:
      'SET #state = :to, endedAt = :now' +
      (summary === undefined ? '' : ', summary = :summary') +
      (failure === undefined ? '' : ', failure = :failure'),
    ConditionExpression: '#state = :requested',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':to': { S: state },
      ':now': number(now),
      ':requested': { S: 'requested' },
      ...(summary === undefined ? {} : { ':summary': { S: JSON.stringify(summary) } }),
      ...(failure === undefined ? {} : { ':failure': failureValue(failure) }),
    },
  }
  const operation = `finish export ${exportId} of job ${jobId}`
  try {
    await call(operation, () => ledger.client.send('UpdateItem', input, signal), signal)
    return true
  } catch (failed) {
    if (isConditionFailed(failed)) return false
    throw failed
  }
}
