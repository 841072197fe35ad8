import type { RowFailure } from '@millrace/job'
import { type Part, workOf } from '@millrace/ledger'
import { joinLines, splitLines } from '@millrace/predictions'
import type { Scored } from './scored.ts'

/**
 * The part of a retry: what the part below holds, with the answers to the rows that were invoked
 * again in their places. Every other row stays as it was, predicted or failed.
 *
 * @param wanted the rows that were invoked again, by their index in the batch.
 * @param scored what came of them; a line for each row of the batch, of which only theirs are taken.
 */
export function mergePart(below: Part, wanted: ReadonlySet<number>, scored: Scored): Scored {
  const isWanted = ({ row }: RowFailure): boolean => wanted.has(row - below.rows.start)
  const again = scored.failures.filter(isWanted)
  const kept = below.failures.filter((failure) => !isWanted(failure))
  const answers = splitLines(scored.predictions)
  const lines = splitLines(below.predictions)
  for (const row of wanted) lines[row] = answers[row] ?? ''
  const { variant = below.variant } = scored
  return {
    ...scored,
    predictions: joinLines(lines),
    failures: [...kept, ...again].sort((a, b) => a.row - b.row),
    retried: { rows: wanted.size, mended: wanted.size - again.length },
    earlier: workOf(below),
    ...(variant === undefined ? {} : { variant }),
  }
}
