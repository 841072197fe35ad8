import { readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'

/*
 * While a run is at work it alone has the ledger's folder open. It leaves a note in the folder that
 * tells where its services listen, so that `millrace status` in another terminal can ask them.
 */

type Env = Readonly<Record<string, string>>

const noteIn = (folder: string): string => join(folder, 'services.json')

export async function writeLiveCloud(folder: string, env: Env): Promise<void> {
  await writeFile(noteIn(folder), JSON.stringify({ pid: process.pid, env }), { mode: 0o600 })
}

export async function removeLiveCloud(folder: string): Promise<void> {
  await rm(noteIn(folder), { force: true })
}

/** Where the services of the run at work listen; nothing when none is, or a killed one's note is left. */
export async function readLiveCloud(folder: string): Promise<Env | undefined> {
  const text = await readFile(noteIn(folder), 'utf8').catch(() => undefined)
  const note = text === undefined ? undefined : parsed(text)
  if (note === undefined) return undefined
  const { pid, env } = note
  const url = env['AWS_ENDPOINT_URL_DYNAMODB']
  return isAlive(pid) && url !== undefined && (await listens(url)) ? env : undefined
}

/** Nothing for half a note: it is just being written, or who wrote it was killed. */
function parsed(text: string): { readonly pid: number; readonly env: Env } | undefined {
  try {
    return JSON.parse(text) as { pid: number; env: Env }
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  return await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  }).finally(() => socket.destroy())
}
