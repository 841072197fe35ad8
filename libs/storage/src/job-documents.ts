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
  // Found when it is used: each batch has a job's documents at hand, and hardly any needs one.
  const uriOf = (name: string) => resolveUri(`${resolveUri(workUri, jobId)}/`, name)
  return {
    read: (name, bytesMax, signal) => storage.readDocument(uriOf(name), bytesMax, signal),
    write: (name, bytes, signal) => storage.writeDocument(uriOf(name), bytes, {}, signal),
  }
}
