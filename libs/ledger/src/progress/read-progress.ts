import type { JobId } from '@millrace/job'
import { corrupt, type Item } from '../table/item.ts'
import { progressPartition } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'
import { queryItems } from '../table/query.ts'

/** What is done of a job. */
interface Progress {
  readonly done: DoneBatches
  /** Of all batches together. */
  readonly failedRows: number
}

/** What is done of several jobs together. */
export interface LayeredProgress {
  readonly done: DoneBatches
  /** Failed rows of each batch that has some. */
  readonly failedRows: ReadonlyMap<number, number>
}

/** A set of batches, one bit each. */
export interface DoneBatches {
  readonly size: number
  has(batch: number): boolean
  /** The first batch that is not done: results up to it are final. */
  firstMissing(): number
}

/**
 * Reads which batches of a job are done (strongly consistent). A million batches take 128 KB, whatever
 * has failed in them: all apps look so, some every other second.
 */
export async function readProgress(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): Promise<Progress> {
  const done = createBitSet()
  let failedRows = 0
  for await (const item of progressItems(ledger, jobId, signal)) {
    for (const batch of item.done) done.add(batch)
    for (const rows of item.failedRows.values()) failedRows += rows
  }
  return { done, failedRows }
}

/**
 * The same of several jobs together, the newest first: of a batch it tells what the newest one says. Each
 * batch with failed rows is kept, some fifty bytes.
 */
export async function readLayeredProgress(
  ledger: Ledger,
  layers: readonly JobId[],
  signal: AbortSignal,
): Promise<LayeredProgress> {
  const done = createBitSet()
  const failedRows = new Map<number, number>()
  for (const jobId of layers.toReversed()) {
    for await (const item of progressItems(ledger, jobId, signal)) {
      for (const batch of item.done) {
        done.add(batch)
        failedRows.delete(batch)
      }
      for (const [batch, rows] of item.failedRows) failedRows.set(batch, rows)
    }
  }
  return { done, failedRows }
}

/** What one item says of its batches, which no other item speaks of. */
interface ProgressItem {
  readonly done: readonly number[]
  readonly failedRows: ReadonlyMap<number, number>
}

async function* progressItems(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): AsyncGenerator<ProgressItem> {
  const input = {
    KeyConditionExpression: 'PK = :job AND begins_with(SK, :level)',
    ExpressionAttributeValues: { ':job': { S: progressPartition(jobId) }, ':level': { S: '0#' } },
    ConsistentRead: true,
  }
  const operation = `read progress of job ${jobId}`
  for await (const item of queryItems(ledger, operation, input, signal)) {
    const done = (item['done']?.NS ?? []).map((text) => naturalNumber(item, text))
    const failed = (item['failed']?.SS ?? []).map((mark): [number, number] => {
      const [batch = '', rows = ''] = mark.split(':')
      return [naturalNumber(item, batch), naturalNumber(item, rows)]
    })
    yield { done, failedRows: new Map(failed) }
  }
}

function naturalNumber(item: Item, text: string): number {
  const number = Number(text)
  if (text !== '' && Number.isSafeInteger(number) && number >= 0) return number
  throw corrupt(`progress item ${item['PK']?.S} ${item['SK']?.S}`, `wanted a number, got ${text}`)
}

function createBitSet(): DoneBatches & { add(batch: number): void } {
  let bits = new Uint8Array(128)
  let size = 0
  const has = (batch: number): boolean => ((bits[batch >>> 3] ?? 0) & (1 << (batch & 7))) !== 0
  return {
    has,
    get size() {
      return size
    },
    add(batch) {
      if (has(batch)) return
      if (batch >>> 3 >= bits.length) {
        const grown = new Uint8Array(Math.max(bits.length * 2, (batch >>> 3) + 1))
        grown.set(bits)
        bits = grown
      }
      bits[batch >>> 3] = (bits[batch >>> 3] ?? 0) | (1 << (batch & 7))
      size += 1
    },
    firstMissing() {
      let batch = 0
      while (has(batch)) batch += 1
      return batch
    },
  }
}
