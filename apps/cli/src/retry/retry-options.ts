import { availableParallelism } from 'node:os'
import type { RetryWanted } from './retry-request.ts'
import type { SystemOptions } from '../system/which-system.ts'
import type { TemporaryTyped } from '../temporary/temporary-wanted.ts'

export interface RetryOptions extends SystemOptions, RetryWanted, TemporaryTyped {
  /** The latest local job when absent. */
  readonly job?: string
  readonly endpointUrl?: string
  readonly localLatency: number
  /** These two are of a job on this machine. */
  readonly concurrency?: number
  readonly consumers?: number
  readonly watch: boolean
  readonly json: boolean
  readonly quiet: boolean
}

/** Consumer processes where nobody says. */
export const CONSUMERS = Math.min(2, availableParallelism())
