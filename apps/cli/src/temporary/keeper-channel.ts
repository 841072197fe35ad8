import type { TemporaryEndpoint } from './temporary-endpoint.ts'

/** What a keeper is started with, as JSON in its first argument. */
export interface KeeperOrder {
  readonly endpoint: TemporaryEndpoint
  /** The folder of the notes. */
  readonly notes: string
  /** `remove`: one that an earlier run has left is deleted, and that is all. */
  readonly task: 'make' | 'remove'
}

/** What a keeper tells who has started it. */
export type KeeperSays =
  | { readonly kind: 'in_service'; readonly how: 'made' | 'taken' }
  | { readonly kind: 'not_made'; readonly message: string; readonly hint: string }
  /** An attempt to delete it was in vain; it goes on trying. */
  | { readonly kind: 'not_removed'; readonly message: string }
  | { readonly kind: 'removed' }

/** What it is told: the job has ended. It takes the end of the channel for the same. */
export const LET_GO = 'let-go'
