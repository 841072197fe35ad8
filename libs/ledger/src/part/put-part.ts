import assert from 'node:assert/strict'
import type { AttributeValue, PutItemInput } from '@aws-sdk/client-dynamodb'
import { type Documents, lengthOf } from '@millrace/job'
import { countLines } from '@millrace/predictions'
import { call, isConditionFailed } from '../table/call.ts'
import { itemOfPart, partOfItem } from './part-item.ts'
import type { Part, PartPlace } from './part.ts'
import type { Ledger } from '../table/ledger.ts'
import { LedgerError } from '../table/ledger-error.ts'
import { readPart } from './read-part.ts'

export type PutPartOutcome =
  | { readonly kind: 'recorded' }
  | { readonly kind: 'duplicate'; readonly part: Part } // Another attempt was first: this is its part.

/**
 * Records the answer to a batch. The first writer wins; who comes later gets the part that holds,
 * and must go on with its failures, not with its own.
 *
 * `documents` are the job's: they take what is too large for an item.
 */
export async function putPart(
  ledger: Ledger,
  part: Part & PartPlace,
  documents: Documents,
  signal: AbortSignal,
): Promise<PutPartOutcome> {
  assert.equal(countLines(part.predictions), lengthOf(part.rows))
  const operation = `put part ${part.batch} of job ${part.jobId}`
  const input: PutItemInput = {
    TableName: ledger.tableName,
    Item: await itemOfPart(part, documents, signal),
    ConditionExpression: 'attribute_not_exists(PK)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }
  try {
    await call(operation, () => ledger.client.send('PutItem', input, signal), signal)
    return { kind: 'recorded' }
  } catch (failure) {
    if (!isConditionFailed(failure)) throw failure
    const item = (failure as { Item?: Record<string, AttributeValue> }).Item
    const recorded =
      item === undefined
        ? await readPart(ledger, part, part.batch, documents, signal)
        : await partOfItem(item, documents, signal)
    if (recorded !== undefined) return { kind: 'duplicate', part: recorded }
    throw new LedgerError('unavailable', `${operation}: unavailable (it was removed meanwhile)`, {
      cause: failure,
    })
  }
}
