import type { Notes } from '../notes.ts'

/** How a broken rule is noted. */
export interface Rules {
  check(rule: string, holds: boolean, what: string): void
  /** Of a check that has to read: what cannot be read is noted, too. */
  checking(work: Promise<void>): void
}

export function createRules(notes: Notes): Rules {
  return {
    check(rule, holds, what) {
      if (!holds) notes.violation(rule, what)
    },
    checking(work) {
      void work.catch((error: unknown) => notes.violation('readable', String(error)))
    },
  }
}
