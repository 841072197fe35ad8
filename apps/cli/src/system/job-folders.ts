import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isJobId, type JobId } from '@millrace/job'

/** The jobs that have a state folder below `root`, the latest first. */
export async function jobFolders(root: string): Promise<JobId[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const jobs = await Promise.all(
    names.filter(isLocalJob).map(async (jobId) => ({ jobId, at: await touchedAt(root, jobId) })),
  )
  return jobs.toSorted((a, b) => b.at - a.at).map(({ jobId }) => jobId)
}

/** Beside them lies the spool of standard input, for one. */
function isLocalJob(name: string): name is JobId {
  return isJobId(name) && name.startsWith('j-')
}

async function touchedAt(root: string, jobId: JobId): Promise<number> {
  const stats = await stat(join(root, jobId, 'ledger')).catch(() => undefined)
  return stats?.mtimeMs ?? 0
}
