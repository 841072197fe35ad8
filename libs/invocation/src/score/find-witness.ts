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
/** So often a row fails that was answered before, until nobody is taken to be answered. */
const FAILED_MAX = 4
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
    if ((await askAnother(run)) === 'answered') break
    const row = rowToAsk(run, asked)
    await ask(run, row, bodyOf(run, row))
  }
  run.gotOn()
}

/**
 * Whether anybody is answered: somebody was since, or a row is now that was before, of this batch or else of
 * another. It is asked a few times, over seconds: where an instance starts again it fails by chance, as other rows do.
 *
 * @param answersBefore answers of the limiter that there were when the fault was last met.
 * @throws {InvocationError} `endpoint_outage` where all that was asked is throttled, or what a person has to mend.
 */
export async function isAnybodyAnswered(
  run: BatchRun,
  answersBefore: number,
  reason: InvocationError,
): Promise<boolean> {
  const { limiter } = run.deps
  for (let failed = 0; limiter.state.answers === answersBefore; ) {
    if (failed === FAILED_MAX) return false
    const { witness } = run
    const met =
      witness === undefined ? await askAnother(run) : await ask(run, witness, bodyOf(run, witness))
    if (met === 'answered') break
    if (met === 'failed') failed++
    await waitToRetry(run, ASKING, failed, met === 'failed' ? reason : outage(run, reason))
  }
  run.gotOn()
  return true
}

type Met = 'answered' | 'throttled' | 'failed'

/** Asks once for another row than those of the batch: when it is answered, what fails are these. */
async function askAnother(run: BatchRun): Promise<Met> {
  const { witnesses } = run.input
  const row = await witnesses?.next(run.signal)
  if (row === undefined) return 'failed' // None is known.
  const met = await ask(run, ONE_ROW, row)
  if (met === 'answered') witnesses?.answered(row)
  return met
}

/** Its predictions are no part of the batch's. */
async function ask(run: BatchRun, piece: Piece, body: Uint8Array): Promise<Met> {
  const outcome = await invokePiece(run, piece, body)
  if (!(outcome instanceof InvocationError)) return 'answered'
  if (outcome.kind === 'systemic') throw outcome
  return outcome.kind === 'throttle' ? 'throttled' : 'failed'
}

function rowToAsk({ input }: BatchRun, asked: number): Piece {
  const start = Math.floor(((input.rows - 1) * (asked % ROWS_ASKED)) / (ROWS_ASKED - 1))
  return { start, end: start + 1 }
}
