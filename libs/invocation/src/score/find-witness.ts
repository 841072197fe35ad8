import type { BatchRun } from './batch-run.ts'
import { bodyOf, invokePiece, outage, type Piece, waitToRetry } from './invoke-piece.ts'
import { InvocationError } from '../invoke/invocation-error.ts'

/*
 * An endpoint that is away and a batch that breaks its container look alike to the last batches of a job:
 * their every invocation fails, and there is no other that would be answered. So other rows of the job are
 * asked, and rows of the batch alone. One row that breaks the container leaves others that do not, once that
 * has started again; and while an endpoint is away no row is answered.
 */

/** The first row, the one in the middle and the last, in turn. */
const ROWS_ASKED = 3
const ASKING = { delayStartMs: 1_000, delayMaxMs: 10_000 }
const ONE_ROW: Piece = { start: 0, end: 1 }

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
    if (await isThere(run)) break
    const row = rowToAsk(run, asked)
    await ask(run, row, bodyOf(run, row))
  }
  run.gotOn()
}

/**
 * Asks once for another row than those of the batch: true when it is answered, so that what fails are these; and
 * false, too, when no other is known.
 *
 * @throws {InvocationError} what a person has to mend.
 */
export async function isThere(run: BatchRun): Promise<boolean> {
  const { witnesses } = run.input
  const row = await witnesses?.next(run.signal)
  if (row === undefined || !(await ask(run, ONE_ROW, row))) return false
  witnesses?.answered(row)
  return true
}

async function ask(run: BatchRun, piece: Piece, body: Uint8Array): Promise<boolean> {
  const outcome = await invokePiece(run, piece, body)
  if (!(outcome instanceof InvocationError)) return true
  if (outcome.kind === 'systemic') throw outcome
  return false
}

function rowToAsk({ input }: BatchRun, asked: number): Piece {
  const start = Math.floor(((input.rows - 1) * (asked % ROWS_ASKED)) / (ROWS_ASKED - 1))
  return { start, end: start + 1 }
}
