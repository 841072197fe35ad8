import type { RowRange } from '@millrace/job'
import { type BatchRun, GAVE_WAY } from './batch-run.ts'
import type { InvocationAnswer } from '../invoke/invocation.ts'
import { decodePredictions } from '../decode/decode-predictions.ts'
import { InvocationError } from '../invoke/invocation-error.ts'
import { type RetryRule, retryDelayMs } from './retry-rules.ts'

/** Rows of a batch, counted from its first. */
export type Piece = RowRange

/**
 * The predictions, or what failed. Abort is thrown.
 *
 * While the limiter probes an endpoint that seemed to be gone, another row is sent first where one is known: rows
 * that break the container would keep its circuit open for everybody.
 */
export async function invokePiece(
  run: BatchRun,
  piece: Piece,
  body: Uint8Array,
): Promise<Buffer | InvocationError> {
  const { deps, tally } = run
  let invokedAt = deps.now()
  try {
    for (;;) {
      let other: Uint8Array | undefined
      const sending = deps.limiter.run(
        async () => {
          invokedAt = deps.now()
          other = await otherToProbe(run)
          return await send(run, other ?? body)
        },
        run.waiting,
        piece.end - piece.start,
        run.turn,
      )
      const answer = await sending.catch((error: unknown) => {
        // Who refuses the other row is there, and has said nothing of these.
        if (other !== undefined && isOfRows(error)) return undefined
        throw error
      })
      if (answer === undefined) continue
      if (other === undefined) return readAnswer(run, piece, answer)
      run.input.witnesses?.answered(other)
    }
  } catch (error) {
    // Another piece's failure ends this one, and is not the answer to it.
    run.signal.throwIfAborted()
    if (!(error instanceof InvocationError))
      throw run.waiting.aborted ? late(run, outage(run, error)) : error
    tally.durationMs += deps.now() - invokedAt
    if (isThrottle(error)) tally.throttles++
    return error
  }
}

/** What slows the limiter down. A model that loads has no room for anybody, however slowly they come. */
const isThrottle = ({ code }: InvocationError): boolean =>
  code === 'endpoint_throttled' || code === 'worker_unavailable'

const isOfRows = (error: unknown): boolean =>
  error instanceof InvocationError && error.kind === 'rows'

/** The row to send in their place, while there is room for one invocation only that finds out whether the endpoint is back. */
async function otherToProbe({ deps, input, signal }: BatchRun): Promise<Uint8Array | undefined> {
  const isProbing = deps.limiter.state.circuit === 'probing'
  return isProbing ? await input.witnesses?.next(signal) : undefined
}

async function send(run: BatchRun, body: Uint8Array): Promise<InvocationAnswer> {
  const { deps, request, tally } = run
  const sentAt = deps.now()
  tally.invocations++
  run.inFlight++
  try {
    const answer = await deps.invoke({ ...request, ...hashOf(run, body), body }, run.signal)
    heard(run, sentAt)
    tally.durationMs += answer.durationMs
    return answer
  } catch (error) {
    if (error instanceof InvocationError && error.code === 'model_failed') heard(run, sentAt)
    // It is ended with what another piece has met, which the endpoint has not said once more.
    throw run.signal.aborted ? new DOMException('The batch has ended', 'AbortError') : error
  } finally {
    run.inFlight--
  }
}

function heard(run: BatchRun, sentAt: number): void {
  run.heardAt = run.deps.now()
  run.longestMs = Math.max(run.longestMs, run.heardAt - sentAt)
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html has 63 characters, and fewer of them. */
const VARIANT = /^[\w.-]{1,63}$/
/** An endpoint has ten. A part has room for these, and not for one of each invocation. */
const VARIANTS_MAX = 64

/** Pieces of a batch may be answered by several; nearly always one answers all of them. */
function noteVariant(tally: BatchRun['tally'], variant: string): void {
  const { variant: before = variant, variants = [before] } = tally
  if (!VARIANT.test(variant) || variants.length >= VARIANTS_MAX) return
  tally.variant = variant
  if (!variants.includes(variant)) tally.variants = [...variants, variant].sort()
}

function readAnswer(
  { input, layouts, tally }: BatchRun,
  piece: Piece,
  answer: InvocationAnswer,
): Buffer | InvocationError {
  if (answer.variant !== undefined) noteVariant(tally, answer.variant)
  const { endpoint } = input
  const rows = piece.end - piece.start
  const decoded = decodePredictions(answer, rows, layouts.settingFor(endpoint, rows))
  if (decoded.kind === 'decoded') {
    layouts.saw(endpoint, decoded.layout, rows)
    return decoded.predictions
  }
  return new InvocationError('response_malformed', endpoint.name, decoded.reason)
}

/**
 * Waits before the next try.
 *
 * @throws {InvocationError} `reason`, or what the deadline makes of it.
 */
export async function waitToRetry(
  run: BatchRun,
  rule: Pick<RetryRule, 'delayStartMs' | 'delayMaxMs'>,
  retry: number,
  reason: InvocationError,
): Promise<void> {
  const delayMs = retryDelayMs(rule, retry, run.deps.random())
  if (run.deps.now() + delayMs >= run.deadlineAt()) throw late(run, reason)
  try {
    await run.deps.sleep(delayMs, run.waiting)
  } catch {
    run.signal.throwIfAborted()
    throw late(run, run.waiting.reason === GAVE_WAY ? outage(run, reason) : reason)
  }
}

/**
 * What a deadline makes of a fault, or of waiting for room. Ten minutes without a verdict are the
 * endpoint's, and charged to nobody. Hours full of verdicts are the batch's own: uncharged it would
 * be begun anew for ever.
 */
function late(run: BatchRun, reason: InvocationError): InvocationError {
  const { input, rowsScored, tally, deps } = run
  if (run.waiting.reason === GAVE_WAY || !run.isLastDeadline()) return reason
  if (deps.limiter.state.circuit !== 'closed') return reason
  const done = `${rowsScored} of ${input.rows} rows scored by ${tally.invocations} invocations`
  return new InvocationError('endpoint_unavailable', input.endpoint.name, `too slow: ${done}`, {
    words: reason.words,
    cause: reason,
  })
}

/** The endpoint serves nobody now: nothing is said about rows, and nobody is charged. */
export function outage(run: BatchRun, cause: unknown): InvocationError {
  const { circuit, limit, waiting } = run.deps.limiter.state
  const gaveWay = run.waiting.reason === GAVE_WAY ? ', its place is wanted by others' : ''
  return new InvocationError(
    'endpoint_outage',
    run.input.endpoint.name,
    `circuit ${circuit}, limit ${limit}, ${waiting} waiting${gaveWay}`,
    { cause },
  )
}

/** A part of the body has another. */
function hashOf({ input }: BatchRun, body: Uint8Array): { readonly bodyHash?: string } {
  const { bodyHash } = input
  return bodyHash !== undefined && body === input.body ? { bodyHash } : {}
}

export function bodyOf({ input }: BatchRun, piece: Piece): Uint8Array {
  if (piece.end - piece.start === input.rows) return input.body
  const offsets = input.rowOffsets()
  return input.body.subarray(offsets[piece.start], offsets[piece.end])
}
