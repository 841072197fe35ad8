import { resolve } from 'node:path'
import type { World } from '../world.ts'

/** How a verb is told where the jobs are; `systemOptions` adds these to its command. */
export interface SystemOptions {
  /** Jobs of `millrace run`, in this folder. */
  readonly state?: string
  readonly region?: string
}

/** True when a deployed stack is meant: the environment names one, and no `--state` was given. */
export function isDeployed({ state }: SystemOptions, { env }: Pick<World, 'env'>): boolean {
  return state === undefined && (env['MILLRACE_LEDGER_TABLE'] ?? '') !== ''
}

/** The folder that holds the state folders of local jobs. */
export function stateRootOf({ state }: SystemOptions): string {
  return resolve(state ?? '.millrace')
}
