import type { BatchRun } from './batch-run.ts'
import { bodyOf, invokePiece, outage, type Piece, waitToRetry } from './invoke-piece.ts'
import { InvocationError } from '../invoke/invocation-error.ts'

/*
 * An endpoint that is away and a batch that breaks its container look alike to the last batch of a job:
 * its every invocation fails, and there is no other that would be answered. So rows of it are asked
 * alone. One row that breaks the container leaves two that do not, once that has started again; and
 * while an endpoint is away no row is answered.
 *
 * A batch of a single row that breaks the container when nobody else invokes is not told from an outage:
 * it is given back uncharged until somebody else is answered beside it.
 */

/** The first row, the one in the middle and the last, in turn. */
const ROWS_ASKED = 3
const ASKING = { delayStartMs: 1_000, delayMaxMs: 10_000 }

/**
 * Resolves as soon as the endpoint answers anybody.
 *
 * @param answersBefore answers of the limiter that there were when the fault began.
 * @throws {InvocationError} `endpoint_outage` at the deadline, or what a person has to mend.
 */
export async function findWitness(
  run: BatchRun,
  answersBefore: number,
  reason: InvocationError,
): Promise<void> {
  const { limiter } = run.deps
  for (let asked = 0; limiter.state.answers === answersBefore; asked++) {
    await waitToRetry(run, ASKING, asked, outage(run, reason))
    const row = rowToAsk(run, asked)
    const outcome = await invokePiece(run, row, bodyOf(run, row))
    if (outcome instanceof InvocationError && outcome.kind === 'systemic') throw outcome
  }
  run.gotOn()
}

function rowToAsk({ input }: BatchRun, asked: number): Piece {
  const start = Math.floor(((input.rows - 1) * (asked % ROWS_ASKED)) / (ROWS_ASKED - 1))
  return { start, end: start + 1 }
}
