import type { GetItemInput, UpdateItemInput } from '@aws-sdk/client-dynamodb'
import type { JobId } from '@millrace/job'
import { call } from '../table/call.ts'
import { progressKey } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'

export interface ProgressItem {
  readonly jobId: JobId
  readonly level: number
  readonly item: number
  /** When the item may be removed, in seconds since the epoch. */
  readonly expiresAt?: number | undefined
}

/** Elements to add, and, for batches, the failed rows of those that have some. */
export interface ProgressMark {
  readonly element: number
  readonly failedRows: number
}

/** Adds elements to an item's set, and says how many it then holds. Repeating it changes nothing. */
export async function addProgress(
  ledger: Ledger,
  { jobId, level, item, expiresAt }: ProgressItem,
  marks: readonly ProgressMark[],
  signal: AbortSignal,
): Promise<number> {
  const done = [...new Set(marks.map(({ element }) => String(element)))]
  const failed = [
    ...new Set(
      marks
        .filter((mark) => mark.failedRows > 0)
        .map((mark) => `${mark.element}:${mark.failedRows}`),
    ),
  ]
  const input: UpdateItemInput = {
    TableName: ledger.tableName,
    Key: progressKey(jobId, level, item),
    UpdateExpression:
      (failed.length === 0 ? 'ADD done :done' : 'ADD done :done, failed :failed') +
      (expiresAt === undefined ? '' : ' SET expiresAt = :expiresAt'),
    ExpressionAttributeValues: {
      ':done': { NS: done },
      ...(failed.length === 0 ? {} : { ':failed': { SS: failed } }),
      ...(expiresAt === undefined ? {} : { ':expiresAt': { N: String(expiresAt) } }),
    },
    ReturnValues: 'UPDATED_NEW',
  }
  const request = () => ledger.client.send('UpdateItem', input, signal)
  const { Attributes } = await call(`mark progress of job ${jobId}`, request, signal)
  return Attributes?.['done']?.NS?.length ?? 0
}

/** How many elements an item holds now (strongly consistent). */
export async function sizeOfProgress(
  ledger: Ledger,
  { jobId, level, item }: ProgressItem,
  signal: AbortSignal,
): Promise<number> {
  const input: GetItemInput = {
    TableName: ledger.tableName,
    Key: progressKey(jobId, level, item),
    ConsistentRead: true,
  }
  const request = () => ledger.client.send('GetItem', input, signal)
  const { Item } = await call(`read progress of job ${jobId}`, request, signal)
  return Item?.['done']?.NS?.length ?? 0
}
