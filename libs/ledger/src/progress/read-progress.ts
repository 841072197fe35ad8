import type { JobId } from '@millrace/job'
import { corrupt, type Item } from '../table/item.ts'
import { progressPartition } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'
import { queryItems } from '../table/query.ts'

/** What is done of a job. */
export interface Progress {
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

/** Reads which batches of a job are done (strongly consistent). A million batches take 128 KB. */
export async function readProgress(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): Promise<Progress> {
  return await readLayeredProgress(ledger, [jobId], signal)
}

/** The same of several jobs together, the newest first: of a batch it tells what the newest one says. */
export async function readLayeredProgress(
  ledger: Ledger,
  layers: readonly JobId[],
  signal: AbortSignal,
): Promise<Progress> {
  const progress = { done: createBitSet(), failedRows: new Map<number, number>() }
  for (const jobId of layers.toReversed()) await readLayer(ledger, jobId, progress, signal)
  return progress
}

async function readLayer(
  ledger: Ledger,
  jobId: JobId,
  { done, failedRows }: { done: ReturnType<typeof createBitSet>; failedRows: Map<number, number> },
  signal: AbortSignal,
): Promise<void> {
  const input = {
    KeyConditionExpression: 'PK = :job AND begins_with(SK, :level)',
    ExpressionAttributeValues: { ':job': { S: progressPartition(jobId) }, ':level': { S: '0#' } },
    ConsistentRead: true,
  }
  const operation = `read progress of job ${jobId}`
  for await (const item of queryItems(ledger, operation, input, signal)) {
    for (const text of item['done']?.NS ?? []) {
      const batch = naturalNumber(item, text)
      done.add(batch)
      failedRows.delete(batch)
    }
    for (const mark of item['failed']?.SS ?? []) {
      const [batch = '', rows = ''] = mark.split(':')
      failedRows.set(naturalNumber(item, batch), naturalNumber(item, rows))
    }
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
