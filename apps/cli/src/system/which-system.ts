import { resolve } from 'node:path'
import type { World } from '../world.ts'
import type { SystemOptions } from './open-system.ts'

/** True when a deployed stack is meant: the environment names one, and no `--state` was given. */
export function isDeployed({ state }: SystemOptions, { env }: Pick<World, 'env'>): boolean {
  return state === undefined && (env['MILLRACE_LEDGER_TABLE'] ?? '') !== ''
}

/** The folder that holds the state folders of local jobs. */
export function stateRootOf({ state }: SystemOptions): string {
  return resolve(state ?? '.millrace')
}
