import { realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Cloud, CloudError, startCloud } from '@millrace/cloud'
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
export async function openLocalSystem(
  stateFolder: string,
  signal: AbortSignal = never,
): Promise<System> {
  // That of a retry is a link to the folder of the job that it retries.
  const folder = await realpath(stateFolder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause
    throw new CliError(`${basename(stateFolder)}: no such job`, { cause })
  })
  await checkStateVersion(folder)
  const live = await readLiveCloud(folder)
  const services: Services =
    live === undefined ? await openServices(folder, signal) : { kind: 'live', env: live }
  if (services.kind === 'live') {
    return connectSystem('local', { ...services.env, ...workIn(folder) })
  }
  const { cloud } = services
  return connectSystem('local', { ...cloud.env, ...workIn(folder) }, () => cloud.close())
}

/** Opens the embedded services to have apps work on them; other commands find them while it lasts. */
export async function openHostedSystem(
  folder: string,
  signal: AbortSignal = never,
): Promise<System> {
  const services = await openServices(folder, signal)
  if (services.kind === 'live') {
    throw new CliError(`${folder}: cannot be opened: the folder is in use by another process`, {
      hint: 'a run is at work on it, and millrace watch shows how far it is',
    })
  }
  const { cloud } = services
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

type Services =
  | { readonly kind: 'live'; readonly env: Readonly<Record<string, string>> }
  | { readonly kind: 'hosted'; readonly cloud: Cloud }

/** A run that begins or ends, and a command that only looks, have the folder without a note for less. */
const IN_USE_MS_MAX = 3_000
const LOOK_EVERY_MS = 50

/**
 * Starts the embedded services over the folder, or finds those of the run that has it. The lock of the
 * folder is asked first: of a killed run the note may be left, and name a port that is another's now.
 *
 * @throws {CliError} when another process has the folder, and still does a few seconds later.
 */
async function openServices(folder: string, signal: AbortSignal): Promise<Services> {
  const since = performance.now()
  for (;;) {
    try {
      return { kind: 'hosted', cloud: await openCloud(folder) }
    } catch (cause) {
      const isPassing = cause instanceof CloudError && cause.code === 'state_in_use'
      if (!isPassing || performance.now() - since > IN_USE_MS_MAX) {
        throw new CliError(`${folder}: cannot be opened: ${(cause as Error).message}`, { cause })
      }
    }
    const env = await readLiveCloud(folder)
    if (env !== undefined) return { kind: 'live', env }
    await sleep(LOOK_EVERY_MS, undefined, { signal })
  }
}

const openCloud = async (folder: string): Promise<Cloud> =>
  await startCloud({
    stateDir: join(folder, 'ledger'),
    visibilityTimeoutSeconds: VISIBILITY_SECONDS,
  })

const never = new AbortController().signal
