import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { type JobId, limits } from '@millrace/job'
import type { Item } from '../table/item.ts'
import { itemOfPart } from './part-item.ts'

/** What a part is as an item. */
export interface PartSize {
  readonly bytes: number
  /** A write unit is a kilobyte, begun ones included. */
  readonly writeUnits: number
}

const WRITE_UNIT_BYTES = 1_024

/**
 * How large the part of a batch with such predictions will be, before there is one.
 *
 * @param predictions one line a row, joined by newlines, as the endpoint would answer.
 */
export async function expectPartSize(predictions: Buffer, rows: number): Promise<PartSize> {
  const part = {
    ...TYPICAL,
    predictions,
    rows: { start: 1_000_000 - rows, end: 1_000_000 },
    failures: [],
  }
  const nowhere = { write: async () => undefined }
  const item = await itemOfPart(part, nowhere, new AbortController().signal)
  const bytes = itemBytes(item)
  return { bytes, writeUnits: Math.ceil(bytes / WRITE_UNIT_BYTES) }
}

/** Facts of usual lengths: only how long they are counts. */
const TYPICAL = {
  jobId: `j-${'0'.repeat(20)}` as JobId,
  partitions: limits.partPartitions,
  batch: 1_000,
  inputHash: '0'.repeat(64),
  variant: 'AllTraffic',
  attempt: 1,
  invocations: 1,
  throttles: 0,
  durationMs: 123.456_789_012_345_67,
  recordedAt: 1_800_000_000,
  expiresAt: 1_800_000_000,
  spent: { parts: 1, calls: 2, writes: 3, reads: 1, sent: 23_456, got: 19_876, ms: 1_234 },
}

/**
 * Bytes that DynamoDB counts for an item: names and values, numbers by two digits a byte.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  )
}

/** Of the types that this table has: texts, numbers, bytes, maps and sets of them. */
function valueBytes({ S, N, B, M, NS, SS }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S)
  if (N !== undefined) return numberBytes(N)
  if (B !== undefined) return B.length
  if (NS !== undefined) return NS.reduce((sum, number) => sum + numberBytes(number), 0)
  if (SS !== undefined) return SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  return M === undefined ? 1 : 3 + itemBytes(M) + Object.keys(M).length
}

function numberBytes(text: string): number {
  const digits = text.replace(/e.*$/i, '').replace(/\D/g, '').replace(/^0+/, '').replace(/0+$/, '')
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0)
}
