/** In the file each text that is there exactly once is replaced. */
interface Edited {
  readonly file: string
  readonly edits: readonly (readonly [find: string, replace: string])[]
}

/** A way to break safety code. */
export interface Mutation extends Edited {
  readonly name: string
  /** Where two files guard the same, the other one. */
  readonly also?: Edited
}
