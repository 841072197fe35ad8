import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { inherited } from '../local/processes.ts'
import { entryOf } from '../local/start-apps.ts'
import { makeStateFolder } from '../local/state-folder.ts'
import { type KeeperOrder, type KeeperSays, LET_GO } from './keeper-channel.ts'
import type { Removed } from './remove-endpoint.ts'

/** A keeper that was killed is started again so often: it takes what stands there. */
const RESTARTS_MAX = 5

/** The process that keeps an endpoint, as who has started it sees it. */
export interface Keeper {
  /**
   * Resolves when the endpoint is in service: it was made, or stood already and is taken.
   *
   * @throws {CliError} when it cannot be made. What `stop` says, when that ends the wait.
   */
  inService(stop: AbortSignal): Promise<'made' | 'taken'>
  /** Has the endpoint deleted, and waits for that until `enough`. It goes on being tried without us. */
  release(enough: AbortSignal): Promise<Released>
}

/** What has become of the endpoint, or why nothing has yet, and whether somebody still sees to it. */
export type Released =
  | { readonly kind: Removed }
  | { readonly kind: 'in_progress' | 'not_yet'; readonly why: string }
  | { readonly kind: 'unkept'; readonly why: string }

/** @param warn is told what whoever pays for the endpoint must know at once. */
export async function startKeeper(
  order: Omit<KeeperOrder, 'task'>,
  warn: (text: string) => void,
): Promise<Keeper> {
  const { name } = order.endpoint
  const made = Promise.withResolvers<'made' | 'taken'>()
  const settled = Promise.withResolvers<Released>()
  // Nobody may be waiting for it any more.
  made.promise.catch(() => {})
  let child: ChildProcess | undefined
  let restarts = 0
  /** The keeper is to delete the endpoint, or does so by itself. */
  let isEnding = false
  let isRemoved = false
  let failure = 'SageMaker has not answered yet'
  let starting = start('make')
  await starting

  async function start(kind: 'make' | 'remove'): Promise<void> {
    const started = await launchKeeper({ ...order, task: { kind } })
    child = started
    started.on('message', heed)
    const over = Promise.race([
      once(started, 'exit').then(([code, signal]) => String(signal ?? `exit code ${code}`)),
      once(started, 'error').then(([error]) => (error as Error).message),
    ])
    over.then(ended, (error: Error) => lost(error.message))
  }
  function heed(says: KeeperSays): void {
    switch (says.kind) {
      case 'in_service':
        return made.resolve(says.how)
      case 'not_made':
        isEnding = true
        return made.reject(new CliError(says.message, { hint: says.hint, exitCode: EXIT.failed }))
      case 'not_yet':
        failure = says.message
        // It takes as long as it takes to be made: nobody waits for that.
        if (says.why === 'in_progress') settled.resolve({ kind: 'in_progress', why: failure })
        return
      case 'removed':
        isRemoved = true
        return settled.resolve({ kind: says.what })
    }
  }
  function ended(how: string): void {
    if (isRemoved) return
    if (restarts === RESTARTS_MAX) return lost(`its keeper has ended (${how})`)
    restarts += 1
    warn(`the keeper of endpoint ${name} has ended (${how}) and was started again`)
    starting = start(isEnding ? 'remove' : 'make').catch((error: Error) => lost(error.message))
  }
  function lost(why: string): void {
    warn(`endpoint ${name} has no keeper any more: ${why}`)
    const hint = `see ${logOf(order)}`
    made.reject(new CliError(`endpoint ${name}: ${why}`, { hint, exitCode: EXIT.failed }))
    settled.resolve({ kind: 'unkept', why })
  }

  return {
    async inService(stop) {
      stop.throwIfAborted()
      const stopped = once(stop, 'abort').then((): never => {
        throw stop.reason
      })
      return await Promise.race([made.promise, stopped])
    },
    async release(enough) {
      isEnding = true
      await starting
      if (child?.connected === true) child.send(LET_GO, () => {})
      const late = enough.aborted ? Promise.resolve() : once(enough, 'abort')
      const released = await Promise.race([
        settled.promise,
        late.then((): Released => ({ kind: 'not_yet', why: failure })),
      ])
      isRemoved = true
      if (child !== undefined) letAlone(child)
      return released
    },
  }
}

/** Starts a keeper that goes on without us. */
export async function leaveToKeeper(order: KeeperOrder): Promise<void> {
  letAlone(await launchKeeper(order))
}

function letAlone(child: ChildProcess): void {
  child.removeAllListeners('message')
  if (child.connected) child.disconnect()
  child.unref()
}

/** @throws {CliError} when there is no room for its log. */
async function launchKeeper(order: KeeperOrder): Promise<ChildProcess> {
  await makeStateFolder(order.notes)
  const log = await open(logOf(order), 'a')
  try {
    return fork(entryOf('keeper'), [JSON.stringify(order)], {
      execArgv: ['--max-semi-space-size=2'],
      env: inherited(process.env),
      // A process group of its own: no ctrl-C, and no end of a terminal, reaches it.
      detached: true,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    })
  } finally {
    await log.close()
  }
}

/** Where what a keeper has to say is read. */
export const logOf = ({ endpoint, notes }: Pick<KeeperOrder, 'endpoint' | 'notes'>): string =>
  join(notes, `${endpoint.name}.log`)
