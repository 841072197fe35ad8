import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Cloud, startCloud } from '@millrace/cloud'
import { CliError } from '../cli-error.ts'
import { checkStateVersion } from './state-version.ts'
import { connectSystem } from './connect-system.ts'
import { readLiveCloud, removeLiveCloud, writeLiveCloud } from './live-cloud.ts'
import type { System } from './system.ts'

/** A received batch whose consumer was killed comes back after this, and not after two minutes. */
export const VISIBILITY_SECONDS = 15

/**
 * Opens the system of one local job: the services of the `millrace run` that is at work on it, or the
 * embedded services over its state folder when none is.
 */
export async function openLocalSystem(stateFolder: string): Promise<System> {
  // That of a retry is a link to the folder of the job that it retries.
  const folder = await realpath(stateFolder)
  await checkStateVersion(folder)
  const live = await readLiveCloud(folder)
  if (live !== undefined) return connectSystem('local', { ...live, ...workIn(folder) })
  const cloud = await openCloud(folder)
  return connectSystem('local', { ...cloud.env, ...workIn(folder) }, () => cloud.close())
}

/** Opens the embedded services to have apps work on them; other commands find them while it lasts. */
export async function openHostedSystem(folder: string): Promise<System> {
  const cloud = await openCloud(folder)
  await writeLiveCloud(folder, cloud.env)
  return connectSystem('local', { ...cloud.env, ...workIn(folder) }, async () => {
    await removeLiveCloud(folder)
    await cloud.close()
  })
}

/** The folder that holds ledger, documents and logs of a local system. */
export const stateFolderOf = ({ env }: Pick<System, 'env'>): string =>
  join(fileURLToPath(env['MILLRACE_WORK_URI'] ?? ''), '..')

const workIn = (folder: string) => ({
  MILLRACE_WORK_URI: `${pathToFileURL(join(folder, 'work')).href}/`,
})

/** Starts the embedded services over a state folder. */
async function openCloud(folder: string): Promise<Cloud> {
  try {
    return await startCloud({
      stateDir: join(folder, 'ledger'),
      visibilityTimeoutSeconds: VISIBILITY_SECONDS,
    })
  } catch (cause) {
    throw new CliError(`${folder}: cannot be opened: ${(cause as Error).message}`, { cause })
  }
}
