/** In the file each text that is there exactly once is replaced. */
interface Edited {
  readonly file: string
  readonly edits: readonly (readonly [find: string, replace: string])[]
}

/** A way to break safety code. */
export interface Mutation extends Edited {
  readonly name: string
  /** The rules of the simulation that it breaks: any of them has to tell, and no other counts. */
  readonly noticedBy: readonly string[]
  /** Where several files guard the same, the others. */
  readonly also?: readonly Edited[]
  /**
   * A seed that notices it, for what so few seeds notice that a hunt of some thousand would miss it: the
   * hunt begins there. `simulation.test.ts` holds that the seed still does.
   */
  readonly seed?: number
}

/** The rule that a violation is of. */
export const ruleOf = (violation: string): string => violation.split(':')[0] ?? ''
