import { randomUUID } from 'node:crypto'
import { type Job, limits, type PinnedObject } from '@millrace/job'
import type { Logger } from '@millrace/service'
import { type Compression, resolveUri, type Storage } from '@millrace/storage'
import { spoolObjects } from './spool-objects.ts'

export interface Deps {
  readonly storage: Storage
  readonly workUri: string
  readonly logger: Pick<Logger, 'info'>
}

/** Decompresses a job's objects into a folder of this attempt's own, and logs what that took. */
export async function spoolJob(
  { storage, workUri, logger }: Deps,
  { jobId }: Pick<Job, 'jobId'>,
  objects: readonly PinnedObject[],
  compression: Compression,
  signal: AbortSignal,
): Promise<readonly PinnedObject[]> {
  const startedAt = performance.now()
  const folder = resolveUri(workUri, `${jobId}/spool/${randomUUID()}`)
  const placeOf = (index: number): string =>
    resolveUri(folder, `${String(index).padStart(6, '0')}.txt`)
  const copies = await spoolObjects({ ...storage, placeOf, limits }, objects, compression, signal)
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
