import { randomUUID } from 'node:crypto'
import { type Job, type JobId, limits, type PinnedObject } from '@millrace/job'
import type { Logger } from '@millrace/service'
import { type Compression, resolveUri, type Storage } from '@millrace/storage'
import { spoolObjects } from './spool-objects.ts'
import type { SpoolRoom } from './spool-room.ts'
import { whileTelling } from './while-telling.ts'

export interface Deps {
  readonly storage: Storage
  readonly workUri: string
  /** Shared by all jobs of the process. */
  readonly room: SpoolRoom
  readonly logger: Pick<Logger, 'info'>
  readonly ticks: (signal: AbortSignal) => AsyncIterable<unknown>
  /** Notes that the job is being worked on. */
  stillAt(jobId: JobId, reason: string, signal: AbortSignal): Promise<void>
}

/**
 * Decompresses a job's objects into a folder of this attempt's own, and logs what that took. With each tick it is
 * noted: it may take hours, and whoever takes the job for one that stands still would have it done once more.
 */
export async function spoolJob(
  { storage, workUri, room, logger, ticks, stillAt }: Deps,
  { jobId }: Pick<Job, 'jobId'>,
  objects: readonly PinnedObject[],
  compression: Compression,
  signal: AbortSignal,
): Promise<readonly PinnedObject[]> {
  const startedAt = performance.now()
  const folder = resolveUri(workUri, `${jobId}/spool/${randomUUID()}`)
  const placeOf = (index: number): string =>
    resolveUri(folder, `${String(index).padStart(6, '0')}.txt`)
  const tell = (aborted: AbortSignal) =>
    stillAt(jobId, 'its dataset is being decompressed', aborted)
  const copies = await whileTelling({ ticks, tell }, signal, () =>
    spoolObjects(
      { ...storage, places: room.forJob(), placeOf, limits },
      objects,
      compression,
      signal,
    ),
  )
  const facts = {
    jobId,
    compression,
    objects: copies.length,
    bytesCompressed: sumOf(objects),
    bytes: sumOf(copies),
    durationMs: Math.round(performance.now() - startedAt),
  }
  logger.info(facts, 'dataset decompressed')
  return copies
}

const sumOf = (objects: readonly PinnedObject[]): number =>
  objects.reduce((sum, { bytes }) => sum + bytes, 0)
