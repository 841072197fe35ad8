import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { inherited } from '../local/processes.ts'
import { entryOf } from '../local/start-apps.ts'
import { type KeeperOrder, type KeeperSays, LET_GO } from './keeper-channel.ts'

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
  /** Has the endpoint deleted, and waits for that for so long. It goes on being tried without us. */
  release(waitMs: number): Promise<Released>
}

/** Gone, or why not yet. */
export type Released = { readonly isGone: true } | { readonly isGone: false; readonly why: string }

export async function startKeeper(
  order: KeeperOrder,
  note: (text: string) => void,
): Promise<Keeper> {
  const { name } = order.endpoint
  const made = Promise.withResolvers<'made' | 'taken'>()
  const removed = Promise.withResolvers<void>()
  // Nobody may be waiting for it any more.
  made.promise.catch(() => {})
  let child: ChildProcess
  let starting = start('make')
  let restarts = 0
  /** The keeper is to delete the endpoint, or does so by itself. */
  let isEnding = false
  let isRemoved = false
  let failure = 'SageMaker has not answered yet'
  await starting

  async function start(task: KeeperOrder['task']): Promise<void> {
    child = await launchKeeper({ ...order, task })
    child.on('message', heed)
    child.once('exit', (code, signal) => {
      ended(signal ?? `exit code ${code}`).catch((error: unknown) => made.reject(error))
    })
  }
  function heed(says: KeeperSays): void {
    if (says.kind === 'in_service') made.resolve(says.how)
    if (says.kind === 'not_removed') failure = says.message
    if (says.kind === 'removed') {
      isRemoved = true
      removed.resolve()
    }
    if (says.kind === 'not_made') {
      isEnding = true
      made.reject(new CliError(says.message, { hint: says.hint, exitCode: EXIT.failed }))
    }
  }
  async function ended(how: string): Promise<void> {
    if (isRemoved) return
    failure = `its keeper has ended (${how})`
    if (restarts === RESTARTS_MAX) {
      const hint = `see ${logOf(order)}`
      made.reject(new CliError(`endpoint ${name}: ${failure}`, { hint, exitCode: EXIT.failed }))
      return
    }
    restarts += 1
    note(`the keeper of endpoint ${name} has ended (${how}) and was started again`)
    starting = start(isEnding ? 'remove' : 'make')
    await starting
  }

  return {
    async inService(stop) {
      stop.throwIfAborted()
      const stopped = once(stop, 'abort').then((): never => {
        throw stop.reason
      })
      return await Promise.race([made.promise, stopped])
    },
    async release(waitMs) {
      isEnding = true
      await starting
      if (child.connected) child.send(LET_GO, () => {})
      const late = AbortSignal.timeout(waitMs)
      const isGone = await Promise.race([
        removed.promise.then(() => true),
        once(late, 'abort').then(() => false),
      ])
      letAlone(child)
      return isGone ? { isGone } : { isGone, why: failure }
    },
  }
}

/** Starts a keeper that goes on without us. */
export async function leaveToKeeper(order: KeeperOrder): Promise<void> {
  letAlone(await launchKeeper(order))
}

function letAlone(child: ChildProcess): void {
  child.removeAllListeners()
  if (child.connected) child.disconnect()
  child.unref()
}

async function launchKeeper(order: KeeperOrder): Promise<ChildProcess> {
  await makeFolder(order.notes, 0o700)
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
