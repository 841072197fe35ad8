import type { Job } from '@millrace/job'
import { joinLines, splitLines, undecidedLines } from '@millrace/predictions'
import type { Scored } from './scored.ts'

/**
 * Makes row failures of predictions that the job cannot decide on, such as a null that the endpoint answered
 * among numbers. They would be found when the result is written, after every row was scored, and cost all of it.
 */
export function setUnfitAside<T extends Pick<Scored, 'predictions' | 'failures'>>(
  { spec, classes }: Pick<Job, 'spec' | 'classes'>,
  scored: T,
): T {
  const unfit = undecidedLines(spec, scored.predictions, classes)
  if (unfit.size === 0) return scored
  const lines = splitLines(scored.predictions)
  const failures = [...unfit].map(([row, { code, message }]) => ({ row, code, message }))
  return {
    ...scored,
    predictions: joinLines(lines.map((line, row) => (unfit.has(row) ? '' : line))),
    failures: [...scored.failures, ...failures].sort((a, b) => a.row - b.row),
  }
}
