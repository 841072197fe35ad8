import { type BatchMessage, planSegmentOf, readPinnedDataset, readPlanSegment } from '@millrace/job'
import { readJob } from '@millrace/ledger'
import type { DeadLetter } from '@millrace/queue'
import { jobDocuments, type Storage } from '@millrace/storage'
import type { QueueName, System } from '../system/system.ts'
import { batchOf } from './letters.ts'

/** The rows of a batch as its job planned it, whatever its message says. */
export interface BatchRows {
  /** Where they lie: rows, bytes and object. */
  readonly place?: string
  readonly rows?: readonly { readonly row: number; readonly text: string }[]
  /** Why there is nothing to show. */
  readonly missing?: string
}

const BYTES_MAX = 256 * 1024

/** Reads rows where the system's jobs find them. */
export function createRowReader(system: System, storage: Storage) {
  return {
    /**
     * The first rows of the batch, of the version that the job is pinned to. Lines stand for rows: a
     * row with a newline in quotes is shown as several.
     */
    async read(message: BatchMessage, rowsMax: number, signal: AbortSignal): Promise<BatchRows> {
      const { jobId, batch } = message
      const job = await readJob(system.ledger, jobId, signal)
      if (job?.dataset === undefined) return { missing: `there is no job ${jobId}` }
      const documents = jobDocuments(storage, system.env['MILLRACE_WORK_URI'] ?? '', jobId)
      const segment = await readPlanSegment(documents, planSegmentOf(batch), signal)
      const planned = segment.find((one) => one.batch === batch)
      if (planned === undefined) return { missing: `the plan has no batch ${batch}` }
      const dataset = await readPinnedDataset(documents, job.dataset, signal)
      const object = dataset.objects[planned.object]
      if (object === undefined) return { missing: `the dataset has no object ${planned.object}` }
      const { rows, bytes } = planned
      const place = `rows ${rows.start}-${rows.end}, bytes ${bytes.start}-${bytes.end} of ${object.uri}`
      if (object.source !== undefined) return { place, missing: 'they are compressed' }
      const range = { start: bytes.start, end: Math.min(bytes.end, bytes.start + BYTES_MAX) }
      const text = (await storage.read(object, range, signal)).toString('utf8')
      const lines = text.split(/\r?\n/).slice(0, Math.min(rowsMax, rows.end - rows.start))
      return { place, rows: lines.map((line, at) => ({ row: rows.start + at, text: line })) }
    },
  }
}

/** What keeps the rows from being shown is part of the evidence, and no reason to stop. */
export async function rowsOfLetter(
  { read }: Pick<ReturnType<typeof createRowReader>, 'read'>,
  letter: DeadLetter,
  { rows, queue }: { readonly rows: number; readonly queue: QueueName },
  signal: AbortSignal,
): Promise<BatchRows | undefined> {
  const message = queue === 'batches' ? batchOf(letter) : undefined
  if (message === undefined || rows === 0) return undefined
  try {
    return await read(message, rows, signal)
  } catch (error) {
    signal.throwIfAborted()
    return { missing: error instanceof Error ? error.message : String(error) }
  }
}
