import { decodePredictions, InvocationError, type Invoke } from '@millrace/invocation'
import type { JobSpec } from '@millrace/job'
import type { SampleRows } from '../endpoint/sample-rows.ts'
import { type Cell, isCounted, type Measured } from './search.ts'

export interface MeasureDeps {
  readonly invoke: Invoke
  readonly endpoint: JobSpec['endpoint']
  readonly sample: SampleRows
  /** Milliseconds. */
  readonly now: () => number
  /** Called for each answer that is understood. */
  readonly onAnswer?: (answer: Answer) => void
}

/** What one invocation sent and got. */
export interface Answer {
  readonly rows: number
  readonly bytesSent: number
  readonly bytesAnswered: number
  /** One line a row, without a final newline. */
  readonly predictions: Buffer
}

export interface CellLimits {
  /** A cell ends after it, once each slot has had its two answers. */
  readonly cellMs: number
  /** No cell goes on beyond it. */
  readonly deadlineAt: number
  /** Rows a second; a cell far below it is cut short. */
  readonly bestSoFar: number
}

/** A slot's first answer warms up its connection, and is not counted. */
const ANSWERS_A_SLOT_MIN = 2
/** Below this share of the best a cell need not be known any better. */
const DOMINATED = 0.6
const THROTTLES_MAX = 2

/**
 * Keeps so many invocations in flight for a while, each of the next rows of the sample.
 *
 * In such a closed loop the rate follows from how long each turn of a slot takes: `rows × slots ÷ mean
 * turn`. That holds from the second turn on, where answers counted by the clock come in waves. The first
 * throttles end it: the endpoint is not driven beyond what it takes. So does it when nothing but other
 * faults came of two invocations a slot, which says nothing of how much the endpoint takes.
 *
 * @throws {InvocationError} that no other cell would change: credentials, no such endpoint.
 */
export async function measureCell(
  deps: MeasureDeps,
  cell: Cell,
  limits: CellLimits,
  signal: AbortSignal,
): Promise<Measured> {
  const { now } = deps
  const startedAt = now()
  const run: CellRun = {
    turns: [],
    latencies: [],
    answers: 0,
    answered: 0,
    throttles: 0,
    faults: 0,
  }
  let end: Measured['kind'] | undefined
  const bodies = bodiesOf(deps.sample, cell.rows)

  const isOver = (slotAnswers: number): boolean => {
    if (end !== undefined || now() >= limits.deadlineAt) return true
    if (slotAnswers < ANSWERS_A_SLOT_MIN) return false
    if (now() - startedAt >= limits.cellMs) return true
    if (isDominated(run.turns, cell, limits.bestSoFar)) end = 'dominated'
    return end !== undefined
  }
  const slot = async (): Promise<void> => {
    for (let answers = 0; !isOver(answers); answers += 1) {
      const beganAt = now()
      const body = bodies()
      const answer = await ask(deps, body, signal)
      take(run, answer)
      // What comes after a cell is cut short still tells that it throttles.
      end = endOf(run, answer, cell) ?? end
      if (answer.kind !== 'answered' || answers === 0) continue
      run.turns.push(now() - beganAt)
      run.latencies.push(answer.latencyMs)
    }
  }
  await Promise.all(Array.from({ length: cell.concurrency }, slot))
  const latencies = run.latencies.toSorted((a, b) => a - b)
  const measured: Measured = {
    ...cell,
    kind: end ?? kindAtDeadline(run),
    rowsPerSecond: rateOf(run.turns, cell),
    p50Ms: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    invocations: run.answers,
  }
  if (isCounted(measured)) return measured
  const { reason } = run
  const why = measured.kind === 'failed' && reason !== undefined ? { reason } : {}
  return { ...measured, ...why, rowsPerSecond: 0 }
}

interface CellRun {
  /** Milliseconds of each turn that counts. */
  readonly turns: number[]
  readonly latencies: number[]
  answers: number
  /** With a prediction for each row, the first of a slot too. */
  answered: number
  throttles: number
  faults: number
  /** Of the last fault. */
  reason?: string
}

function take(run: CellRun, answer: Asked): void {
  run.answers += 1
  if (answer.kind === 'answered') run.answered += 1
  if (answer.kind === 'throttled') run.throttles += 1
  if (answer.kind !== 'failed') return
  run.faults += 1
  run.reason = answer.reason
}

/** What the cell is over with, whatever time it has left. */
function endOf(run: CellRun, { kind }: Asked, { concurrency }: Cell): Measured['kind'] | undefined {
  if (kind === 'refused') return 'refused'
  if (run.throttles >= THROTTLES_MAX) return 'throttled'
  const isFailing = run.answered === 0 && run.faults >= concurrency * ANSWERS_A_SLOT_MIN
  return isFailing ? 'failed' : undefined
}

function kindAtDeadline({ turns, throttles, faults }: CellRun): Measured['kind'] {
  if (turns.length > 0) return 'measured'
  if (throttles > 0) return 'throttled'
  return faults > 0 ? 'failed' : 'unfinished'
}

type Asked =
  | { readonly kind: 'answered'; readonly latencyMs: number }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'refused' } // Too many rows at once.
  | { readonly kind: 'failed'; readonly reason: string } // A bad row among them, or a passing fault.

async function ask(
  { invoke, endpoint, onAnswer }: MeasureDeps,
  { body, rows }: Body,
  signal: AbortSignal,
): Promise<Asked> {
  try {
    const answer = await invoke({ endpoint, body }, signal)
    const decoded = decodePredictions(answer, rows, endpoint.response)
    if (decoded.kind === 'malformed') return { kind: 'failed', reason: 'response_malformed' }
    const { predictions } = decoded
    onAnswer?.({ rows, bytesSent: body.length, bytesAnswered: answer.body.length, predictions })
    return { kind: 'answered', latencyMs: answer.durationMs }
  } catch (error) {
    if (!(error instanceof InvocationError)) throw error
    if (error.kind === 'systemic') throw error
    if (error.kind === 'throttle') return { kind: 'throttled' }
    if (error.kind === 'too_large') return { kind: 'refused' }
    return { kind: 'failed', reason: error.code }
  }
}

interface Body {
  readonly body: Uint8Array
  readonly rows: number
}

/** The next rows of the sample, over and over. */
function bodiesOf({ body, rows, offsets }: SampleRows, wanted: number): () => Body {
  const pieces = Math.max(1, Math.floor(rows / wanted))
  let next = 0
  return () => {
    const first = (next++ % pieces) * wanted
    const end = Math.min(rows, first + wanted)
    return { body: body.subarray(offsets[first], offsets[end]), rows: end - first }
  }
}

function rateOf(turns: readonly number[], { rows, concurrency }: Cell): number {
  const mean = turns.reduce((sum, ms) => sum + ms, 0) / Math.max(1, turns.length)
  return mean === 0 ? 0 : (rows * concurrency * 1_000) / mean
}

/** Once every slot was counted, a rate so low does not become the best any more. */
function isDominated(turns: readonly number[], cell: Cell, bestSoFar: number): boolean {
  return turns.length >= cell.concurrency && rateOf(turns, cell) < bestSoFar * DOMINATED
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
