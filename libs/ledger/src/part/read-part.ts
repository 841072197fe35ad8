import type { GetItemInput } from '@aws-sdk/client-dynamodb'
import type { Documents, JobId } from '@millrace/job'
import { call } from '../table/call.ts'
import { isExpired } from '../table/expiry.ts'
import { partKey } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'
import { partOfItem } from './part-item.ts'
import type { DocumentsOf, Part, PartPlace } from './part.ts'

/**
 * Reads the part of a batch that counts among those of several jobs, the newest of which comes first.
 *
 * @throws {LedgerError} `item_corrupt` when it is not what was written.
 */
export async function readNewestPart(
  ledger: Ledger,
  { layers, partitions }: { readonly layers: readonly JobId[]; readonly partitions: number },
  batch: number,
  documentsOf: DocumentsOf,
  signal: AbortSignal,
): Promise<Part | undefined> {
  for (const jobId of layers) {
    const part = await readPart(ledger, { jobId, partitions }, batch, documentsOf(jobId), signal)
    if (part !== undefined) return part
  }
  return undefined
}

/**
 * Reads the part that this very job has of a batch (strongly consistent); nothing when it is not
 * recorded, or has expired.
 *
 * @throws {LedgerError} `item_corrupt` when it is not what was written.
 */
export async function readPart(
  ledger: Ledger,
  { jobId, partitions }: PartPlace,
  batch: number,
  documents: Pick<Documents, 'read'>,
  signal: AbortSignal,
): Promise<Part | undefined> {
  const input: GetItemInput = {
    TableName: ledger.tableName,
    Key: partKey(jobId, partitions, batch),
    ConsistentRead: true,
  }
  const request = () => ledger.client.send('GetItem', input, signal)
  const { Item } = await call(`read part ${batch} of job ${jobId}`, request, signal)
  if (Item === undefined || isExpired(Item, ledger)) return undefined
  return await partOfItem(Item, documents, signal)
}
