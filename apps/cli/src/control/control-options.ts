import type { SystemOptions } from '../system/which-system.ts'

export interface ControlOptions extends SystemOptions {
  /** The latest local job when absent. */
  readonly job?: string
}
