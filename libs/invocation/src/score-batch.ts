import assert from 'node:assert/strict'
import type { RowFailure } from '@millrace/job'
import { startRun } from './batch-run.ts'
import type { Endpoint, Invoke } from './invocation.ts'
import type { LayoutMemory } from './layout-memory.ts'
import type { Limiter } from './limiter.ts'
import { type Lines, solve } from './solve-piece.ts'

export interface ScoreBatchDeps {
  readonly invoke: Invoke
  readonly limiter: Limiter
  /** Shared by the batches of a process, small batches are read as large ones were. Default: none. */
  readonly layouts?: LayoutMemory
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** From 0 to 1, 1 excluded. */
  random(): number
  /** Milliseconds from any origin. */
  now(): number
}

export interface ScoreBatchInput {
  readonly endpoint: Endpoint
  /** The rows of the batch, as the container reads them. Not copied, not changed. */
  readonly body: Uint8Array
  /** Its SHA-256 in hexadecimal, where the caller has it: else it is computed to be signed. */
  readonly bodyHash?: string
  readonly rows: number
  /** Where each row begins in `body`, and its end: `rows + 1` offsets. Asked for only to split. */
  rowOffsets(): Uint32Array
  /** The batch's first row in the dataset. */
  readonly firstRow: number
  readonly payloadBytesMax: number
  /** No retry and no wait outlasts this, counted from the call. Default 10 minutes. */
  readonly deadlineMs?: number
  readonly inferenceId?: string
  readonly customAttributes?: string
}

export interface ScoredBatch {
  /**
   * `rows` lines joined by newlines, without a final one: the text the endpoint sent for each row,
   * empty for a failed row.
   */
  readonly predictions: Buffer
  /** In row order. */
  readonly failures: readonly RowFailure[]
  readonly invocations: number
  readonly throttles: number
  /** How often rows were split in two: they were too many, or some of them at fault. */
  readonly bisections: number
  /** Time within invocations, all of them together; waiting for room is not in it. */
  readonly durationMs: number
  /** What answered last, when the endpoint names its variants. */
  readonly variant?: string
}

/**
 * Scores the rows of one batch, whatever the endpoint does. Resolves when each row is predicted or
 * is proven to be at fault itself.
 *
 * @throws {InvocationError} of kind `throttle` (throttled or gone until the deadline: charge nobody),
 *   `transient` (retries are spent), `permanent` (most rows of the batch are refused, or no answer can
 *   be read) or `systemic`. On abort, the signal's reason.
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
  } finally {
    run.end()
  }
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
