import type { RowRange } from '@millrace/job'
import type { BatchRun } from './batch-run.ts'
import { decodePredictions } from '../decode/decode-predictions.ts'
import { InvocationError, type InvocationErrorCode } from '../invoke/invocation-error.ts'
import { type RetryRule, retryDelayMs, retryRules } from './retry-rules.ts'

/** Rows of a batch, counted from its first. */
export type Piece = RowRange

/** What the endpoint says of a piece, once passing faults are set aside. */
export type Verdict =
  | { readonly kind: 'predicted'; readonly text: Buffer }
  | { readonly kind: 'refused'; readonly reason: InvocationError } // A row in it is at fault.
  | { readonly kind: 'too_large'; readonly reason: InvocationError }

/**
 * Tries a piece until the endpoint has a verdict on it, by the rules of `retry-rules.ts`.
 *
 * @throws {InvocationError} when the fault is not the piece's, or retries are spent.
 */
export async function tryPiece(run: BatchRun, piece: Piece): Promise<Verdict> {
  const body = bodyOf(run, piece)
  if (body.length > run.input.payloadBytesMax) return tooLarge(run, body.length)
  const retries = createRetries()
  for (;;) {
    const outcome = await invokeOnce(run, piece, body)
    if (!(outcome instanceof InvocationError)) return predicted(run, piece, outcome)
    const rule = retryRules[outcome.code]
    const retry = retries.next(outcome.code)
    if (retry >= rule.retries) return spent(run, rule, outcome)
    await waitToRetry(run, rule, retry, outcome)
  }
}

/** How often a piece has been repeated for each fault; hardly any piece meets one. */
function createRetries() {
  let counts: Map<InvocationErrorCode, number> | undefined
  return {
    /** How many there were before this one. */
    next(code: InvocationErrorCode): number {
      counts ??= new Map()
      const before = counts.get(code) ?? 0
      counts.set(code, before + 1)
      return before
    },
  }
}

/** The predictions, or what failed. Abort is thrown. */
async function invokeOnce(
  run: BatchRun,
  piece: Piece,
  body: Uint8Array,
): Promise<Buffer | InvocationError> {
  const { deps, request, tally } = run
  const startedAt = deps.now()
  let invokedAt = startedAt
  try {
    const answer = await deps.limiter.run(
      async () => {
        invokedAt = deps.now()
        tally.invocations++
        return await deps.invoke({ ...request, ...hashOf(run, body), body }, run.signal)
      },
      run.waiting,
      piece.end - piece.start,
      run.turn,
    )
    tally.durationMs += answer.durationMs
    if (answer.variant !== undefined) tally.variant = answer.variant
    return readAnswer(run, piece, answer)
  } catch (error) {
    if (!(error instanceof InvocationError)) throw outageOrAbort(run, error)
    tally.durationMs += deps.now() - invokedAt
    if (error.code === 'endpoint_throttled') tally.throttles++
    return error
  }
}

function readAnswer(
  { input, layouts }: BatchRun,
  piece: Piece,
  answer: { readonly body: Buffer; readonly contentType: string },
): Buffer | InvocationError {
  const { endpoint } = input
  const rows = piece.end - piece.start
  const decoded = decodePredictions(answer, rows, layouts.settingFor(endpoint, rows))
  if (decoded.kind === 'decoded') {
    layouts.saw(endpoint, decoded.layout, rows)
    return decoded.predictions
  }
  return new InvocationError('response_malformed', endpoint.name, decoded.reason)
}

function predicted(run: BatchRun, piece: Piece, text: Buffer): Verdict {
  run.gotOn()
  run.rowsScored += piece.end - piece.start
  run.witness ??= { start: piece.start, end: piece.start + 1 }
  return { kind: 'predicted', text }
}

function spent(run: BatchRun, rule: RetryRule, reason: InvocationError): Verdict {
  // While the circuit is open nothing is said about rows: the endpoint fails everybody.
  if (reason.kind !== 'rows' && run.deps.limiter.state.circuit !== 'closed') {
    throw outage(run, reason)
  }
  if (rule.next === 'throw') throw reason
  run.gotOn()
  return { kind: rule.next === 'bisect' ? 'refused' : 'too_large', reason }
}

async function waitToRetry(
  run: BatchRun,
  rule: RetryRule,
  retry: number,
  reason: InvocationError,
): Promise<void> {
  const delayMs = retryDelayMs(rule, retry, run.deps.random())
  if (run.deps.now() + delayMs >= run.deadlineAt()) throw late(run, reason)
  try {
    await run.deps.sleep(delayMs, run.waiting)
  } catch {
    run.signal.throwIfAborted()
    throw late(run, reason)
  }
}

function tooLarge(run: BatchRun, bytes: number): Verdict {
  const sizes = `${bytes} > ${run.input.payloadBytesMax} bytes`
  return {
    kind: 'too_large',
    reason: new InvocationError('payload_too_large', run.input.endpoint.name, sizes),
  }
}

/** Waiting for room was ended by the deadline or by the caller. */
function outageOrAbort(run: BatchRun, error: unknown): unknown {
  run.signal.throwIfAborted()
  return run.waiting.aborted ? late(run, outage(run, error)) : error
}

/**
 * What a deadline makes of a fault, or of waiting for room. Ten minutes without a verdict are the
 * endpoint's, and charged to nobody. Hours full of verdicts are the batch's own: uncharged it would
 * be begun anew for ever.
 */
function late(run: BatchRun, reason: InvocationError): InvocationError {
  const { input, rowsScored, tally, deps } = run
  if (!run.isLastDeadline() || deps.limiter.state.circuit !== 'closed') return reason
  const done = `${rowsScored} of ${input.rows} rows scored by ${tally.invocations} invocations`
  return new InvocationError('endpoint_unavailable', input.endpoint.name, `too slow: ${done}`, {
    words: reason.words,
    cause: reason,
  })
}

function outage(run: BatchRun, cause: unknown): InvocationError {
  const { circuit, limit, waiting } = run.deps.limiter.state
  return new InvocationError(
    'endpoint_outage',
    run.input.endpoint.name,
    `circuit ${circuit}, limit ${limit}, ${waiting} waiting`,
    { cause },
  )
}

/** A part of the body has another. */
function hashOf({ input }: BatchRun, body: Uint8Array): { readonly bodyHash?: string } {
  const { bodyHash } = input
  return bodyHash !== undefined && body === input.body ? { bodyHash } : {}
}

function bodyOf({ input }: BatchRun, piece: Piece): Uint8Array {
  if (piece.end - piece.start === input.rows) return input.body
  const offsets = input.rowOffsets()
  return input.body.subarray(offsets[piece.start], offsets[piece.end])
}
