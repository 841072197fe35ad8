import type { SystemOptions } from '../system/which-system.ts'

export interface ConsoleOptions extends SystemOptions {
  /** A free one when absent. */
  readonly port?: number
  /** Jobs created within so many days; those that have not ended are shown always. */
  readonly days: number
}
