import assert from 'node:assert/strict'
import type { RowFailure } from '@millrace/job'
import { InvocationError, type InvocationWork } from '../invoke/invocation-error.ts'
import { type BatchRun, type ScoreBatchDeps, type ScoreBatchInput, startRun } from './batch-run.ts'
import { type Lines, solve } from './solve-piece.ts'

export interface ScoredBatch extends InvocationWork {
  /**
   * `rows` lines joined by newlines, without a final one: the text the endpoint sent for each row,
   * empty for a failed row.
   */
  readonly predictions: Buffer
  /** In row order. */
  readonly failures: readonly RowFailure[]
  /** What answered last, when the endpoint names its variants. */
  readonly variant?: string
  /** All that answered, where there were several. */
  readonly variants?: readonly string[]
}

/**
 * Scores the rows of one batch, whatever the endpoint does. Resolves when each row is predicted or
 * is proven to be at fault itself.
 *
 * @throws {InvocationError} of kind `throttle` (throttled or gone until the deadline: charge nobody),
 *   `transient` (retries are spent, or hours were not enough), `permanent` (most rows of the batch are refused, or no answer can
 *   be read) or `systemic`, each with the work that was done until then. On abort, the signal's reason.
 */
export async function scoreBatch(
  deps: ScoreBatchDeps,
  input: ScoreBatchInput,
  signal: AbortSignal,
): Promise<ScoredBatch> {
  assert(input.rows > 0, 'a batch holds rows')
  const run = startRun(deps, input, signal)
  try {
    const lines = await solve(run, { start: 0, end: input.rows })
    return { ...run.tally, predictions: joined(lines), failures: failuresOf(lines) }
  } catch (error) {
    if (error instanceof InvocationError) error.work = workOf(run)
    throw error
  } finally {
    run.end()
  }
}

function workOf({ tally }: BatchRun): InvocationWork {
  const { invocations, throttles, bisections, durationMs } = tally
  return { invocations, throttles, bisections, durationMs }
}

/** The lines of every piece in row order; one piece is not copied. */
function joined(lines: readonly Lines[]): Buffer {
  const [first] = lines
  if (lines.length === 1 && first !== undefined) return first.text
  return Buffer.concat(lines.flatMap(({ text }, index) => (index === 0 ? [text] : [NEWLINE, text])))
}

const NEWLINE = Buffer.from('\n')

const failuresOf = (lines: readonly Lines[]): RowFailure[] =>
  lines.flatMap(({ failure }) => (failure === undefined ? [] : [failure]))
