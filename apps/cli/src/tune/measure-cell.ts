import { decodePredictions, InvocationError, type Invoke } from '@millrace/invocation'
import type { JobSpec } from '@millrace/job'
import type { SampleRows } from '../endpoint/sample-rows.ts'
import type { Cell, Measured } from './search.ts'

export interface MeasureDeps {
  readonly invoke: Invoke
  readonly endpoint: JobSpec['endpoint']
  readonly sample: SampleRows
  /** Milliseconds. */
  readonly now: () => number
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
 * throttles end it: the endpoint is not driven beyond what it takes.
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
  const run = { turns: [] as number[], latencies: [] as number[], answers: 0, throttles: 0 }
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
      run.answers += 1
      if (answer.kind === 'throttled' && (run.throttles += 1) >= THROTTLES_MAX) end = 'throttled'
      if (answer.kind === 'refused') end = 'refused'
      if (answer.kind !== 'answered' || answers === 0) continue
      run.turns.push(now() - beganAt)
      run.latencies.push(answer.latencyMs)
    }
  }
  await Promise.all(Array.from({ length: cell.concurrency }, slot))
  const latencies = run.latencies.toSorted((a, b) => a - b)
  // Not even a second answer of a slot before the deadline: nothing is known.
  const kind = end ?? (run.turns.length === 0 ? 'throttled' : 'measured')
  return {
    ...cell,
    kind,
    rowsPerSecond: kind === 'throttled' || kind === 'refused' ? 0 : rateOf(run.turns, cell),
    p50Ms: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    invocations: run.answers,
  }
}

type Asked =
  | { readonly kind: 'answered'; readonly latencyMs: number }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'refused' } // Too many rows at once.
  | { readonly kind: 'failed' } // A bad row among them, or a passing fault.

async function ask(
  { invoke, endpoint }: MeasureDeps,
  { body, rows }: Body,
  signal: AbortSignal,
): Promise<Asked> {
  try {
    const answer = await invoke({ endpoint, body }, signal)
    const decoded = decodePredictions(answer, rows, endpoint.response)
    if (decoded.kind === 'malformed') return { kind: 'failed' }
    return { kind: 'answered', latencyMs: answer.durationMs }
  } catch (error) {
    if (!(error instanceof InvocationError)) throw error
    if (error.kind === 'systemic') throw error
    if (error.kind === 'throttle') return { kind: 'throttled' }
    return { kind: error.kind === 'too_large' ? 'refused' : 'failed' }
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
