import type { RowFailure } from '@millrace/job'

/** Failed rows of one code, with some of the endpoint's own words. */
export interface FailureGroup {
  readonly code: string
  readonly rows: number
  /** The first row of each of the first different messages. */
  readonly examples: readonly { readonly row: number; readonly message: string }[]
}

const EXAMPLES_MAX = 5
/** A job has a dozen codes; hostile input must not make them a million. */
const CODES_MAX = 50

/** Counts failures by code and keeps a few different messages of each. */
export function createFailureGroups() {
  const groups = new Map<string, { rows: number; examples: Map<string, number> }>()
  return {
    add(failures: readonly RowFailure[]): void {
      for (const { code, row, message } of failures) {
        const key = groups.has(code) || groups.size < CODES_MAX ? code : 'other'
        const group = groups.get(key) ?? { rows: 0, examples: new Map<string, number>() }
        groups.set(key, group)
        group.rows += 1
        const { examples } = group
        if (examples.size < EXAMPLES_MAX && !examples.has(message)) examples.set(message, row)
      }
    },
    /** The most frequent first. */
    groups(): FailureGroup[] {
      return [...groups]
        .map(([code, { rows, examples }]) => ({
          code,
          rows,
          examples: [...examples].map(([message, row]) => ({ row, message })),
        }))
        .sort((a, b) => b.rows - a.rows || (a.code < b.code ? -1 : 1))
    },
  }
}
