import type { PrintedLines, RowStyle } from '@millrace/predictions'

/*
 * What is asked of the other thread, and what it answers. Memory goes there and comes back, nothing is copied. It is
 * not shared: V8 copies in and out of shared memory a word at a time, which takes four times as long.
 */

export type ThreadRequest =
  | UpdateRequest
  | { readonly kind: 'end'; readonly file: number }
  | {
      readonly kind: 'print'
      readonly memory: ArrayBuffer
      readonly parts: readonly PrintRequest[]
      /** Of the rows to write in place of the lines, where they are wanted. */
      readonly style: RowStyle | undefined
    }

/** Hashes bytes of a file. */
export interface UpdateRequest {
  readonly kind: 'update'
  readonly file: number
  /** Begins the file; what is not begun in a thread is not hashed by it. */
  readonly first: boolean
  readonly memory: ArrayBuffer
  readonly bytes: number
}

/** Floats that are to be printed, and where. */
export interface PrintRequest {
  /** Where what the digest covers begins: its head, then the floats. */
  readonly headAt: number
  readonly floatsAt: number
  readonly rows: number
  readonly linesAt: number
}

export type ThreadReply =
  | { readonly kind: 'updated'; readonly memory: ArrayBuffer }
  /** The thread that began the file is gone. */
  | { readonly kind: 'not_begun' }
  | { readonly kind: 'ended'; readonly digest: string }
  | {
      readonly kind: 'printed'
      readonly memory: ArrayBuffer
      readonly parts: readonly PrintReply[]
    }

/** The memory that goes over with a message. */
export const memoryOf = (message: ThreadRequest | ThreadReply): ArrayBuffer[] =>
  'memory' in message ? [message.memory] : []

export type PrintReply = PrintedLines & { readonly digest: string }
