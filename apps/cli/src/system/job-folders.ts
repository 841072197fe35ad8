import { lstat, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isJobId, type JobId } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { nearPath } from '../show/near-path.ts'

/*
 * A job of this machine has a folder of its name, and a retry a link of its name to the folder of the job
 * that it retries, since both are in one ledger:
 *
 *     .millrace/j-4f2a/          ledger, work, logs, begun-j-4f2a, begun-j-90c1, endpoint-j-4f2a, …
 *     .millrace/j-90c1 ──▶ j-4f2a
 *
 * The notes `begun-…` tell when a run or a retry of the job began last. No time of a file tells that:
 * whoever only looks at a job opens its ledger, too. The notes `endpoint-…` tell what each was begun with.
 */

interface Found {
  readonly jobId: JobId
  /** Milliseconds since the epoch. */
  readonly begunAt: number
}

/**
 * The jobs that have a state folder below `root`; the one that was run or retried last comes first.
 *
 * @throws {CliError} where that is no folder, or may not be read.
 */
export async function jobFolders(root: string): Promise<JobId[]> {
  const names = await readdir(root).catch((cause: NodeJS.ErrnoException): string[] => {
    if (cause.code === 'ENOENT') return []
    throw new CliError(`${nearPath(root)}: cannot be read (${cause.code})`, {
      hint: '--state names the folder where runs keep their state',
      cause,
    })
  })
  const found = await Promise.all(names.filter(isLocalJob).map((jobId) => look(root, jobId)))
  return found
    .filter((job) => job !== undefined)
    .toSorted((a, b) => b.begunAt - a.begunAt)
    .map(({ jobId }) => jobId)
}

/** Has a retry found under its own name beside the folder of its job; repeating it changes nothing. */
export async function linkRetry(folder: string, retry: JobId): Promise<void> {
  const link = join(dirname(folder), retry)
  await symlink(basename(folder), link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

/** Forgets a retry that never was a job, with the notes of its beginning. */
export async function unlinkRetry(folder: string, retry: JobId): Promise<void> {
  await rm(join(dirname(folder), retry), { force: true })
  await rm(noteIn(folder, retry), { force: true })
  await rm(endpointNoteIn(folder, retry), { force: true })
}

/**
 * Notes that somebody runs a job or a retry of it, in the folder of their ledger: it is the latest then.
 *
 * @param now milliseconds since the epoch.
 */
export async function noteBegun(folder: string, jobId: JobId, now: number): Promise<void> {
  await writeFile(noteIn(folder, jobId), `${now}\n`)
}

/** Removes the folder of a job with the links of its retries, which would lead to the next job there. */
export async function removeJobFolder(folder: string): Promise<void> {
  const root = dirname(folder)
  for (const name of (await readdir(root)).filter(isLocalJob)) {
    const leadsTo = await readlink(join(root, name)).catch(() => undefined)
    if (leadsTo === basename(folder)) await rm(join(root, name))
  }
  await rm(folder, { recursive: true, force: true })
}

/** The note of the endpoint with which a job or a retry was begun. */
export const endpointNoteIn = (folder: string, jobId: JobId): string =>
  join(folder, `endpoint-${jobId}`)

const noteIn = (folder: string, jobId: JobId): string => join(folder, `begun-${jobId}`)

/** Beside them lies the spool of standard input, for one. */
function isLocalJob(name: string): name is JobId {
  return isJobId(name) && name.startsWith('j-')
}

/** Nothing for what is no folder, or a link to a folder that was removed. */
async function look(root: string, jobId: JobId): Promise<Found | undefined> {
  const path = join(root, jobId)
  const folder = await stat(path).catch(() => undefined)
  if (folder?.isDirectory() !== true) return undefined
  const note = await readFile(noteIn(path, jobId), 'utf8').catch(() => undefined)
  return { jobId, begunAt: note === undefined ? await madeAt(path) : Number(note) }
}

/** When a retry was linked or the ledger of a job was made, for those that began before there were notes. */
async function madeAt(path: string): Promise<number> {
  const itself = await lstat(path)
  if (itself.isSymbolicLink()) return itself.mtimeMs
  return (await stat(join(path, 'ledger')).catch(() => undefined))?.mtimeMs ?? 0
}
