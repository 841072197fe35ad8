import { lstat, readdir, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isJobId, type JobId } from '@millrace/job'

/*
 * A job of this machine has a folder of its name, and a retry a link of its name to the folder of the job
 * that it retries, since both are in one ledger:
 *
 *     .millrace/j-4f2a/          ledger, work, logs
 *     .millrace/j-90c1 ──▶ j-4f2a
 */

interface Found {
  readonly jobId: JobId
  /** When its ledger was opened last, and when its link was made: of one ledger the newest job comes first. */
  readonly at: number
  readonly linkedAt: number
}

/** The jobs that have a state folder below `root`, the latest first. */
export async function jobFolders(root: string): Promise<JobId[]> {
  const names: string[] = await readdir(root).catch(() => [])
  const found = await Promise.all(names.filter(isLocalJob).map((jobId) => look(root, jobId)))
  return found
    .filter((job) => job !== undefined)
    .toSorted((a, b) => b.at - a.at || b.linkedAt - a.linkedAt)
    .map(({ jobId }) => jobId)
}

/** Has a retry found under its own name beside the folder of its job; repeating it changes nothing. */
export async function linkRetry(folder: string, retry: JobId): Promise<void> {
  const link = join(dirname(folder), retry)
  await symlink(basename(folder), link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

/** Beside them lies the spool of standard input, for one. */
function isLocalJob(name: string): name is JobId {
  return isJobId(name) && name.startsWith('j-')
}

/** Nothing for what is no folder, or a link to a folder that was removed. */
async function look(root: string, jobId: JobId): Promise<Found | undefined> {
  const path = join(root, jobId)
  const folder = await stat(path).catch(() => undefined)
  if (folder?.isDirectory() !== true) return undefined
  const [itself, ledger] = await Promise.all([
    lstat(path),
    stat(join(path, 'ledger')).catch(() => undefined),
  ])
  const linkedAt = itself.isSymbolicLink() ? itself.mtimeMs : 0
  return { jobId, at: ledger?.mtimeMs ?? 0, linkedAt }
}
