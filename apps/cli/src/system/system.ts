import type { Ledger } from '@millrace/ledger'
import type { Queue } from '@millrace/queue'

/** The queues of a system, by the word of what is published on them. */
export type QueueName = 'jobs' | 'batches' | 'completions'

/** Where jobs live: a deployed stack, or the embedded services over a state folder. */
export interface System extends AsyncDisposable {
  readonly kind: 'local' | 'deployed'
  /** True when its services end with this process: then only apps that it starts work on jobs. */
  readonly isHost: boolean
  readonly ledger: Ledger
  readonly region: string
  queue(name: QueueName): Queue
  deadLetters(name: QueueName): Queue
  /** The environment of an app that works for this system. */
  readonly env: Readonly<Record<string, string>>
}
