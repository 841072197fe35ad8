import type { PutItemInput } from '@aws-sdk/client-dynamodb'
import type { ResultExport } from '@millrace/job'
import { call, isConditionFailed } from '../table/call.ts'
import { itemOfExport } from './export-item.ts'
import type { Ledger } from '../table/ledger.ts'

/** Asks for an export unless it was asked for before; it is then left as it is. */
export async function createExport(
  ledger: Ledger,
  wanted: ResultExport,
  signal: AbortSignal,
): Promise<{ readonly kind: 'created' | 'exists' }> {
  const input: PutItemInput = {
    TableName: ledger.tableName,
    Item: itemOfExport(wanted),
    ConditionExpression: 'attribute_not_exists(PK)',
  }
  const operation = `create export ${wanted.exportId} of job ${wanted.jobId}`
  try {
    await call(operation, () => ledger.client.send('PutItem', input, signal), signal)
    return { kind: 'created' }
  } catch (failure) {
    if (isConditionFailed(failure)) return { kind: 'exists' }
    throw failure
  }
}
