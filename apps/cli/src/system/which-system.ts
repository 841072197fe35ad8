import { resolve } from 'node:path'
import type { Storage } from '@millrace/storage'
import { nearPath } from '../show/near-path.ts'
import { shellWord } from '../show/shell-word.ts'
import type { World } from '../world.ts'
import type { System } from './system.ts'

/** How a verb is told where the jobs are; `systemOptions` adds these to its command. */
export interface SystemOptions {
  /** Jobs of `millrace run`, in this folder. */
  readonly state?: string
  readonly region?: string
  /** The stack, where it is open already: for who does several things in it. */
  readonly stack?: System
  /** That of the stack, where it is open already. */
  readonly storage?: Storage
}

/** True when a deployed stack is meant: the environment names one, and no `--state` was given. */
export function isDeployed({ state }: SystemOptions, { env }: Pick<World, 'env'>): boolean {
  return state === undefined && (env['MILLRACE_LEDGER_TABLE'] ?? '') !== ''
}

/** The folder that holds the state folders of local jobs. */
export function stateRootOf({ state }: SystemOptions): string {
  return resolve(state ?? '.millrace')
}

/**
 * What a command that somebody is advised to type needs, to look into this folder: nothing where it would do so by
 * itself, else ` --state DIR`.
 */
export function stateOption(root: string, { env }: Pick<World, 'env'>): string {
  const state = env['MILLRACE_STATE'] || undefined
  const usual = state === undefined ? {} : { state }
  if (!isDeployed(usual, { env }) && resolve(root) === stateRootOf(usual)) return ''
  const path = nearPath(resolve(root)) || '.'
  return ` --state ${shellWord(path)}`
}
