import type { Removed } from './remove-endpoint.ts'
import type { TemporaryEndpoint } from './temporary-endpoint.ts'

/** What a keeper is started with, as JSON in its first argument. */
export interface KeeperOrder {
  readonly endpoint: TemporaryEndpoint
  /** The folder of the notes. */
  readonly notes: string
  readonly task:
    | { readonly kind: 'make' }
    /** One that was left is deleted, and that is all: while it is kept by none but `keeperId`, or by nobody. */
    | { readonly kind: 'remove'; readonly keeperId?: string }
}

/** What a keeper tells who has started it. */
export type KeeperSays =
  | { readonly kind: 'in_service'; readonly how: 'made' | 'taken' }
  | { readonly kind: 'not_made'; readonly message: string; readonly hint: string }
  /** It was not deleted yet; the keeper goes on trying. */
  | { readonly kind: 'not_yet'; readonly why: 'in_progress' | 'failed'; readonly message: string }
  | { readonly kind: 'removed'; readonly what: Removed }

/** What it is told: the job has ended. It takes the end of the channel for the same. */
export const LET_GO = 'let-go'
