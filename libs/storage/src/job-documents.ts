import type { Documents, JobId } from '@millrace/job'
import type { Storage } from './storage.ts'
import { resolveUri } from './uri.ts'

/**
 * The documents of one job, in a folder of its name below `workUri`: its pinned dataset, its plan, and
 * parts that are too large for the ledger.
 */
export function jobDocuments(
  storage: Pick<Storage, 'readDocument' | 'writeDocument'>,
  workUri: string,
  jobId: JobId,
): Documents {
  const folder = `${resolveUri(workUri, jobId)}/`
  return {
    read: (name, bytesMax, signal) =>
      storage.readDocument(resolveUri(folder, name), bytesMax, signal),
    write: (name, bytes, signal) =>
      storage.writeDocument(resolveUri(folder, name), bytes, {}, signal),
  }
}
