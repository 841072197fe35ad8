import type { BatchRun } from './batch-run.ts'
import { findWitness } from './find-witness.ts'
import { bodyOf, invokePiece, outage, type Piece, waitToRetry } from './invoke-piece.ts'
import { InvocationError, type InvocationErrorCode } from '../invoke/invocation-error.ts'
import { type RetryRule, retryRules } from './retry-rules.ts'

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
  let retries: Retries = new Map()
  let answersBefore: number | undefined
  for (;;) {
    const outcome = await invokePiece(run, piece, body)
    if (!(outcome instanceof InvocationError)) {
      if (retries.has('model_failed')) run.deps.limiter.repetitions.ended(true)
      return predicted(run, piece, outcome)
    }
    const { answers, circuit } = run.deps.limiter.state
    const rule = retryRules[outcome.code]
    if (rule.next === 'ask') answersBefore ??= answers
    const retry = countRetry(retries, outcome.code)
    if (retry < rule.retries) {
      await waitToRetry(run, rule, retry, outcome)
    } else if (rule.next === 'bisect' && outcome.kind !== 'rows' && circuit !== 'closed') {
      // Nothing is said about rows while everybody fails: they are sent again when somebody is answered.
      await waitToRetry(run, rule, retry, outage(run, outcome))
      retries = new Map()
    } else if (rule.next === 'ask' && circuit === 'closed' && answers === answersBefore) {
      // Since this piece began to fail, nobody at all was answered.
      await findWitness(run, answersBefore, outcome)
      retries = new Map()
    } else {
      return spent(run, rule, outcome)
    }
  }
}

/** How often a piece has been repeated for each fault. */
type Retries = Map<InvocationErrorCode, number>

/** How many repetitions there were before this one. */
function countRetry(retries: Retries, code: InvocationErrorCode): number {
  const before = retries.get(code) ?? 0
  retries.set(code, before + 1)
  return before
}

function predicted(run: BatchRun, piece: Piece, text: Buffer): Verdict {
  run.gotOn()
  run.witness ??= { start: piece.start, end: piece.start + 1 }
  return { kind: 'predicted', text }
}

function spent(run: BatchRun, rule: RetryRule, reason: InvocationError): Verdict {
  // What a person has to mend is told in its own words.
  if (reason.kind === 'systemic') throw reason
  // While the circuit is open nothing is said about rows: the endpoint fails everybody.
  if (reason.kind !== 'rows' && isOpen(run)) throw outage(run, reason)
  if (rule.next === 'throw' || rule.next === 'ask') throw reason
  if (reason.code === 'model_failed') run.deps.limiter.repetitions.ended(false)
  run.gotOn()
  return { kind: rule.next === 'bisect' ? 'refused' : 'too_large', reason }
}

const isOpen = ({ deps }: BatchRun): boolean => deps.limiter.state.circuit !== 'closed'

function tooLarge(run: BatchRun, bytes: number): Verdict {
  const sizes = `${bytes} > ${run.input.payloadBytesMax} bytes`
  return {
    kind: 'too_large',
    reason: new InvocationError('payload_too_large', run.input.endpoint.name, sizes),
  }
}
