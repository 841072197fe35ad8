import type { GetItemInput } from '@aws-sdk/client-dynamodb'
import type { ExportId, JobId, ResultExport } from '@millrace/job'
import { call } from '../table/call.ts'
import { isExpired } from '../table/expiry.ts'
import { exportOfItem } from './export-item.ts'
import { exportKey } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'

/** Reads an export as it is now (strongly consistent); nothing when there is none, or it has expired. */
export async function readExport(
  ledger: Ledger,
  { jobId, exportId }: { readonly jobId: JobId; readonly exportId: ExportId },
  signal: AbortSignal,
): Promise<ResultExport | undefined> {
  const input: GetItemInput = {
    TableName: ledger.tableName,
    Key: exportKey(jobId, exportId),
    ConsistentRead: true,
  }
  const operation = `read export ${exportId} of job ${jobId}`
  const request = () => ledger.client.send('GetItem', input, signal)
  const { Item } = await call(operation, request, signal)
  return Item === undefined || isExpired(Item, ledger) ? undefined : exportOfItem(Item)
}
