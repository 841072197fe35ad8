import type { SystemOptions } from '../system/which-system.ts'
import type { QueueName } from '../system/system.ts'

/** Which messages of which dead-letter queue a verb is about. */
export interface DlqOptions extends SystemOptions {
  /** A job, or the beginning of its name; `-` for messages that name none, as they are listed. */
  readonly job?: string
  readonly queue: QueueName
  readonly code?: string
  /** Messages looked at, at most. */
  readonly max: number
  readonly json: boolean
}
