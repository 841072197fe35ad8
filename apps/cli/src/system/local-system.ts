import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { type Cloud, startCloud } from '@millrace/cloud'
import { CliError } from '../cli-error.ts'
import { checkStateVersion } from '../local/state-version.ts'
import { connectSystem } from './connect-system.ts'
import { readLiveCloud } from './live-cloud.ts'
import type { System } from './system.ts'

/** A received batch whose consumer was killed comes back after this, and not after two minutes. */
export const VISIBILITY_SECONDS = 15

/**
 * Opens the system of one local job: the services of the `millrace run` that is at work on it, or the
 * embedded services over its state folder when none is.
 */
export async function openLocalSystem(folder: string): Promise<System> {
  await checkStateVersion(folder)
  const work = { MILLRACE_WORK_URI: `${pathToFileURL(join(folder, 'work')).href}/` }
  const live = await readLiveCloud(folder)
  if (live !== undefined) return connectSystem('local', { ...live, ...work })
  const cloud = await openCloud(folder)
  return connectSystem('local', { ...cloud.env, ...work }, () => cloud.close())
}

/** Starts the embedded services over a state folder. */
export async function openCloud(folder: string): Promise<Cloud> {
  try {
    return await startCloud({
      stateDir: join(folder, 'ledger'),
      visibilityTimeoutSeconds: VISIBILITY_SECONDS,
    })
  } catch (cause) {
    throw new CliError(`${folder}: cannot be opened: ${(cause as Error).message}`, { cause })
  }
}
