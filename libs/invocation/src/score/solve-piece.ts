import { limits, type RowFailure } from '@millrace/job'
import type { BatchRun } from './batch-run.ts'
import { isAnybodyAnswered } from './find-witness.ts'
import { InvocationError } from '../invoke/invocation-error.ts'
import type { Repetitions } from '../limiter/repetitions.ts'
import { type Piece, waitToRetry } from './invoke-piece.ts'
import { tryPiece, type Verdict } from './try-piece.ts'

/*
 * A batch is a piece of rows. A piece is predicted whole, or split at its middle and its halves
 * tried in the same way, until what is left at fault is a single row:
 *
 *     try piece ── predicted ───────────────────────▶ its lines
 *        │ │ └──── passing fault ─▶ wait, try again ─▶ … ─▶ thrown
 *        │ └────── one row at fault ────────────────▶ an empty line and a RowFailure
 *        └──────── rows at fault, or too large ─────▶ halves
 *
 * When the left half of a refused piece is fine, the right one holds the fault and is split without
 * being tried. So k bad rows of n cost about 2k·log2(n/k) invocations; a piece that fails the container is tried
 * three times, and a row that does nine times at least.
 */

/** The predictions of consecutive rows, or of one row that failed and has an empty line. */
export interface Lines {
  readonly text: Buffer
  readonly failure?: RowFailure
}

/** Refused pieces of a batch, with not one row scored, after which its rows are sampled. */
const REFUSALS_BEFORE_SAMPLE = 8
const SAMPLE_ROWS = 16
/** Sampled rows refused, from which on the whole batch is given up. */
const SAMPLE_REFUSED_MAX = 12

type Refusal = Exclude<Verdict, { kind: 'predicted' }>

/** Predicts every row of a piece that can be predicted. */
export async function solve(run: BatchRun, piece: Piece): Promise<readonly Lines[]> {
  return await settle(run, piece, await tryPiece(run, piece))
}

/** Turns a verdict on a piece into lines: at once, or by way of its halves. */
async function settle(run: BatchRun, piece: Piece, verdict: Verdict): Promise<readonly Lines[]> {
  if (verdict.kind === 'predicted') return [keep(run, piece, verdict.text)]
  if (piece.end - piece.start === 1) {
    const proven = await prove(run, piece, verdict)
    return proven.kind === 'predicted'
      ? [keep(run, piece, proven.text)]
      : [failedRow(run, piece, proven.reason)]
  }
  if (verdict.kind === 'refused') await giveUpWhenMostAreRefused(run, verdict.reason)
  run.tally.bisections++
  if (verdict.kind === 'too_large') return await solveHalves(run, piece)
  return await bisect(run, piece, verdict)
}

/** @throws {InvocationError} `predictions_too_large`: no piece of the batch is at fault, but all of them together. */
function keep(run: BatchRun, piece: Piece, text: Buffer): Lines {
  run.rowsScored += piece.end - piece.start
  run.predictionBytes += text.length + 1
  if (run.predictionBytes > limits.predictionBytesMax) throw tooMuch(run)
  return { text }
}

function tooMuch({ input, predictionBytes, rowsScored }: BatchRun): InvocationError {
  const answered = `${predictionBytes} bytes to ${rowsScored} of ${input.rows} rows`
  const detail = `${answered}, a batch takes ${limits.predictionBytesMax}: lower batching.rows`
  return new InvocationError('predictions_too_large', input.endpoint.name, detail)
}

/** How often a row is tried, each time until its repetitions are spent, before it is blamed: at least, and at most. */
const PROOFS = 3
const PROOFS_MAX = 10
/** How likely it may be, about, that a row which is fine fails that often. */
const CHANCE_MAX = 1e-3
/** An instance that starts again fails its share of all invocations for longer than a piece is repeated. */
const PROVING = { delayStartMs: 2_000, delayMaxMs: 10_000 }

/**
 * A row that fails the container or outlasts it looks like an endpoint that fails everybody, or some at random. A
 * row is blamed only when it fails time and again, over seconds, and somebody is answered each time.
 *
 * @throws {InvocationError} `endpoint_unavailable`, for another attempt, when no row is answered now.
 */
async function prove(run: BatchRun, row: Piece, verdict: Refusal): Promise<Verdict> {
  const { limiter } = run.deps
  let last: Verdict = verdict
  let { answers } = limiter.state
  for (let proofs = 1; last.kind !== 'predicted' && mayBeChance(last.reason); proofs++) {
    const unproven = noRowProven(run, last.reason)
    if (!(await isAnybodyAnswered(run, answers, unproven))) throw unproven
    if (proofs >= proofsWanted(limiter.repetitions)) break
    await waitToRetry(run, PROVING, proofs - 1, unproven)
    answers = limiter.state.answers
    last = await tryPiece(run, row)
  }
  return last
}

/** Where rows that have failed are answered later, one that fails time and again may have bad luck. */
function proofsWanted({ answered, areInVain }: Repetitions): number {
  if (answered === undefined || areInVain) return PROOFS
  const proofs = Math.log(CHANCE_MAX) / Math.log(1 - answered)
  return Math.min(PROOFS_MAX, Math.max(PROOFS, Math.ceil(proofs)))
}

const mayBeChance = ({ code }: InvocationError): boolean =>
  code === 'model_failed' || code === 'invocation_timed_out'

const noRowProven = ({ input }: BatchRun, reason: InvocationError): InvocationError =>
  new InvocationError('endpoint_unavailable', input.endpoint.name, 'no row is proven at fault', {
    words: reason.words,
    cause: reason,
  })

async function solveHalves(run: BatchRun, piece: Piece): Promise<readonly Lines[]> {
  const [left, right] = halvesOf(piece)
  return (await run.all([solve(run, left), solve(run, right)])).flat()
}

/** Finds the rows at fault in a piece that is known to hold one. */
async function bisect(
  run: BatchRun,
  piece: Piece,
  verdict: Verdict & { kind: 'refused' },
): Promise<readonly Lines[]> {
  const [left, right] = halvesOf(piece)
  const first = await tryPiece(run, left)
  const guilty = first.kind === 'predicted' && right.end - right.start > 1
  return (
    await run.all([
      settle(run, left, first),
      guilty ? settle(run, right, verdict) : solve(run, right),
    ])
  ).flat()
}

/**
 * Tells a batch of which most rows are refused from one with a few bad rows, before it costs an
 * invocation a row: when nothing but refusals has come, rows all over the batch are tried alone.
 *
 * @throws {InvocationError} `batch_rejected` or, for answers that nobody can read, `response_malformed`.
 */
async function giveUpWhenMostAreRefused(run: BatchRun, reason: InvocationError): Promise<void> {
  run.refusals++
  if (run.refusals >= REFUSALS_BEFORE_SAMPLE && run.rowsScored === 0) {
    run.sample ??= sample(run, reason)
  }
  if (run.sample !== undefined) await run.sample
}

async function sample(run: BatchRun, reason: InvocationError): Promise<void> {
  const { rows } = run.input
  if (rows <= SAMPLE_ROWS) return
  const starts = Array.from({ length: SAMPLE_ROWS }, (_, index) =>
    Math.floor(((index + 0.5) * rows) / SAMPLE_ROWS),
  )
  const verdicts = await run.all(starts.map((start) => tryPiece(run, { start, end: start + 1 })))
  const refused = verdicts.filter(({ kind }) => kind !== 'predicted').length
  if (refused < SAMPLE_REFUSED_MAX) return
  throw new InvocationError(
    reason.code === 'response_malformed' ? reason.code : 'batch_rejected',
    run.input.endpoint.name,
    `${refused} of ${SAMPLE_ROWS} sampled rows refused`,
    { words: reason.words, cause: reason },
  )
}

function failedRow(run: BatchRun, piece: Piece, reason: InvocationError): Lines {
  return {
    text: Buffer.alloc(0),
    failure: {
      row: run.input.firstRow + piece.start,
      code: reason.code,
      message: reason.brief,
    },
  }
}

function halvesOf({ start, end }: Piece): [Piece, Piece] {
  const middle = start + ((end - start) >>> 1)
  return [
    { start, end: middle },
    { start: middle, end },
  ]
}
