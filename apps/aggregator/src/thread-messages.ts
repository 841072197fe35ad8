/* What is asked of the other thread, and what it answers. Memory is shared: only where it lies is told. */

export type ThreadRequest =
  | {
      readonly kind: 'update'
      readonly file: number
      /** Begins the file; what is not begun in a thread is not hashed by it. */
      readonly first: boolean
      readonly block: SharedArrayBuffer
      readonly bytes: number
    }
  | { readonly kind: 'end'; readonly file: number }
  | {
      readonly kind: 'print'
      readonly memory: SharedArrayBuffer
      readonly parts: readonly PrintRequest[]
    }

/** Floats that are to be printed, and where. */
export interface PrintRequest {
  readonly floatsAt: number
  readonly rows: number
  readonly linesAt: number
  /** What the digest covers before the text. */
  readonly digestHead: string
}

export type ThreadReply =
  | { readonly kind: 'updated' }
  /** The thread that began the file is gone. */
  | { readonly kind: 'not_begun' }
  | { readonly kind: 'ended'; readonly digest: string }
  | { readonly kind: 'printed'; readonly parts: readonly PrintReply[] }

export interface PrintReply {
  readonly textBytes: number
  readonly empty: number
  readonly plain: boolean
  readonly digest: string
}
