import { randomUUID } from 'node:crypto'
import { open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { regionPattern } from '@millrace/job'
import { z } from 'zod'
import { makeStateFolder } from '../local/state-folder.ts'
import { isAlive } from '../system/is-alive.ts'
import type { TemporaryEndpoint } from './temporary-endpoint.ts'

/*
 * What stands at SageMaker costs money until it is deleted, so a note of it lies on the disk before it is ordered,
 * and until it is gone:
 *
 *     .millrace/endpoints/millrace-churn-v3-90c1d2aa.json     what it is, and who keeps it
 *     .millrace/endpoints/millrace-churn-v3-90c1d2aa.log      what its keepers had to say
 *     .millrace/endpoints/place                               what tells this state from all others
 *
 * Who keeps it touches the note now and then. A keeper that finds another one's name in it lets go; one that finds no
 * note goes on, and puts it there again.
 */

const noteSchema = z.object({
  endpoint: z.object({
    name: z.string().regex(/^millrace-[a-zA-Z0-9-]{1,54}$/),
    model: z.string(),
    modelMadeAt: z.string(),
    instances: z.object({ type: z.string(), count: z.number() }),
    region: z.string().regex(regionPattern),
  }),
  keeper: z.object({ id: z.string(), pid: z.number(), host: z.string() }),
  account: z.string().optional(),
})

export interface Note {
  readonly endpoint: TemporaryEndpoint
  readonly keeper: { readonly id: string; readonly pid: number; readonly host: string }
  /** In which it was made; nothing before SageMaker has told. */
  readonly account?: string | undefined
}

/** An endpoint whose keeper is gone, and the name of that. */
export interface Abandoned {
  readonly endpoint: TemporaryEndpoint
  readonly keeperId: string
}

/** A keeper touches its note so often, and counts as gone when it has not for some times as long. */
export const TOUCH_EVERY_MS = 10_000
const GONE_AFTER_MS = 120_000

export const notesIn = (stateRoot: string): string => join(stateRoot, 'endpoints')

const pathOf = (folder: string, name: string): string => join(folder, `${name}.json`)

/** The name of a new keeper, which is this process. */
export const newKeeper = (): Note['keeper'] => ({
  id: randomUUID(),
  pid: process.pid,
  host: hostname(),
})

/**
 * What tells this state folder from all others, on this machine and on any: its path may be that of another one.
 *
 * @throws {CliError} when it cannot be written.
 */
export async function placeOf(folder: string): Promise<string> {
  await makeStateFolder(folder)
  const path = join(folder, 'place')
  const place = randomUUID()
  await writeFile(path, place, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return await readFile(path, 'utf8')
}

/** It outlasts a loss of power from then on. */
export async function writeNote(folder: string, note: Note): Promise<void> {
  await makeStateFolder(folder)
  const path = pathOf(folder, note.endpoint.name)
  const partial = `${path}.${note.keeper.id}`
  await writeFile(partial, `${JSON.stringify(note)}\n`, { flush: true })
  await rename(partial, path)
  for (const changed of [folder, dirname(folder)]) await syncFolder(changed)
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r')
  await folder.sync()
}

/** Nothing for none, and for one that says nothing. */
export const noteOf = (folder: string, name: string): Promise<Note | undefined> =>
  readNote(pathOf(folder, name))

/** True when the note of an endpoint names another keeper. */
export async function isKeptByAnother(folder: string, name: string, id: string): Promise<boolean> {
  const note = await noteOf(folder, name)
  return note !== undefined && note.keeper.id !== id
}

/** Tells that its keeper is there; a note that somebody has removed is there again. */
export async function touchNote(folder: string, note: Note): Promise<void> {
  const now = new Date()
  await utimes(pathOf(folder, note.endpoint.name), now, now).catch(
    async (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') await writeNote(folder, note)
    },
  )
}

export async function removeNote(folder: string, name: string): Promise<void> {
  await rm(pathOf(folder, name), { force: true })
}

/** The endpoints of runs of this folder whose keepers are gone: nobody will delete them but who finds them here. */
export async function abandonedIn(folder: string): Promise<Abandoned[]> {
  const names: string[] = await readdir(folder).catch(() => [])
  const abandoned: Abandoned[] = []
  for (const name of names.filter((file) => file.endsWith('.json')).toSorted()) {
    const path = join(folder, name)
    const note = await readNote(path)
    if (note === undefined || basename(name, '.json') !== note.endpoint.name) continue
    const { endpoint, keeper } = note
    if (!(await isKept(path, keeper))) abandoned.push({ endpoint, keeperId: keeper.id })
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

/**
 * A process of another machine, or of another container, is seen by its note alone. Of this one, another process may
 * have the number of the one that is gone; and one that has slept with its machine touches its note soon.
 */
async function isKept(path: string, { pid, host }: Note['keeper']): Promise<boolean> {
  const isHere = host === hostname()
  if (isHere && !isAlive(pid)) return false
  if (await isFresh(path)) return true
  if (!isHere) return false
  await sleep(1.5 * TOUCH_EVERY_MS)
  return await isFresh(path)
}

/** A note that has gone meanwhile has its keeper gone with its endpoint. */
async function isFresh(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found === undefined || Date.now() - found.mtimeMs < GONE_AFTER_MS
}

/** Resolves when the process of a keeper of this machine is gone, or after so long. */
export async function untilGone({ pid, host }: Note['keeper'], waitMs: number): Promise<void> {
  const beganMs = performance.now()
  while (host === hostname() && isAlive(pid) && performance.now() - beganMs < waitMs) {
    await sleep(100)
  }
}
