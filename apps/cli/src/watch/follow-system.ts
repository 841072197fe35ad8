import { openLocalSystem, stateFolderOf } from '../system/local-system.ts'
import type { System } from '../system/system.ts'

/*
 * The ledger of a local job is served by the run at work on it, and goes with that run: a moment after the
 * job has ended, or in its middle when the run is stopped. Who looks then finds nobody there, opens the
 * folder, and sees how the job was left:
 *
 *     the run's services ──gone──▶ the folder itself, or the services of the next run ──gone──▶ …
 */

/** A system while a job of it is watched. */
export interface FollowedSystem extends AsyncDisposable {
  /** The one that answered last. */
  readonly current: System
  /** Asks it; when it has gone, asks once what has taken its place. */
  ask<Answer>(question: (system: System) => Promise<Answer>, signal: AbortSignal): Promise<Answer>
}

/** Follows a system of the caller, who closes it; what is opened here is closed here. */
export function followSystem(system: System): FollowedSystem {
  let current = system
  const closeOpened = async (): Promise<void> => {
    if (current !== system) await current[Symbol.asyncDispose]()
  }
  return {
    get current() {
      return current
    },
    async ask(question, signal) {
      try {
        return await question(current)
      } catch (error) {
        signal.throwIfAborted()
        const next = await successorOf(current, signal)
        if (next === undefined) throw error
        await closeOpened()
        current = next
        return await question(next)
      }
    },
    [Symbol.asyncDispose]: closeOpened,
  }
}

/** Nothing when it is still there, so that what went wrong is something else. */
async function successorOf(system: System, signal: AbortSignal): Promise<System | undefined> {
  if (system.kind !== 'local' || system.isHost) return undefined
  const next = await openLocalSystem(stateFolderOf(system), signal)
  if (next.isHost || ledgerOf(next) !== ledgerOf(system)) return next
  await next[Symbol.asyncDispose]()
  return undefined
}

const ledgerOf = ({ env }: System): string | undefined => env['AWS_ENDPOINT_URL_DYNAMODB']
