import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { regionPattern } from '@millrace/job'
import { makeFolder } from '@millrace/storage'
import { z } from 'zod'
import type { TemporaryEndpoint } from './temporary-endpoint.ts'

/*
 * What stands at SageMaker costs money until it is deleted, so a note of it lies on the disk before it is ordered,
 * and until it is gone:
 *
 *     .millrace/endpoints/millrace-churn-v3-90c1d2aa.json     what it is, and who keeps it
 *     .millrace/endpoints/millrace-churn-v3-90c1d2aa.log      what its keepers had to say
 *
 * Who keeps it touches the note now and then. A keeper that finds another one's name in it lets go.
 */

const noteSchema = z.object({
  endpoint: z.object({
    name: z.string().regex(/^millrace-[a-zA-Z0-9-]{1,54}$/),
    model: z.string(),
    instances: z.object({ type: z.string(), count: z.number() }),
    region: z.string().regex(regionPattern),
  }),
  keeper: z.object({ id: z.string(), pid: z.number() }),
})

export interface Note {
  readonly endpoint: TemporaryEndpoint
  readonly keeper: { readonly id: string; readonly pid: number }
}

/** A keeper touches its note so often, and counts as gone when it has not for some times as long. */
export const TOUCH_EVERY_MS = 10_000
const GONE_AFTER_MS = 120_000

export const notesIn = (stateRoot: string): string => join(stateRoot, 'endpoints')

const pathOf = (folder: string, name: string): string => join(folder, `${name}.json`)

export async function writeNote(folder: string, note: Note): Promise<void> {
  await makeFolder(folder, 0o700)
  const path = pathOf(folder, note.endpoint.name)
  const partial = `${path}.${note.keeper.id}`
  // Before an order is given it must outlast a loss of power.
  await writeFile(partial, `${JSON.stringify(note)}\n`, { flush: true })
  await rename(partial, path)
}

/** True while the note of an endpoint names this keeper. */
export async function isKeptBy(folder: string, name: string, id: string): Promise<boolean> {
  return (await readNote(pathOf(folder, name)))?.keeper.id === id
}

export async function touchNote(folder: string, name: string): Promise<void> {
  const now = new Date()
  await utimes(pathOf(folder, name), now, now).catch(() => {})
}

export async function removeNote(folder: string, name: string): Promise<void> {
  await rm(pathOf(folder, name), { force: true })
}

/** The endpoints of runs of this folder whose keepers are gone: nobody will delete them but who finds them here. */
export async function abandonedIn(folder: string): Promise<TemporaryEndpoint[]> {
  const names: string[] = await readdir(folder).catch(() => [])
  const abandoned: TemporaryEndpoint[] = []
  for (const name of names.filter((file) => file.endsWith('.json')).toSorted()) {
    const path = join(folder, name)
    const note = await readNote(path)
    if (note === undefined || basename(name, '.json') !== note.endpoint.name) continue
    if (!(await isKept(path, note.keeper.pid))) abandoned.push(note.endpoint)
  }
  return abandoned
}

async function readNote(path: string): Promise<Note | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return noteSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** After a reboot another process may have the number of the one that is gone. */
async function isKept(path: string, pid: number): Promise<boolean> {
  const { mtimeMs } = await stat(path)
  return Date.now() - mtimeMs < GONE_AFTER_MS && isAlive(pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
