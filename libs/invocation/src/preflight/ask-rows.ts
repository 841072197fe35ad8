import { decodePredictions } from '../decode/decode-predictions.ts'
import type { InvocationAnswer } from '../invoke/invocation.ts'
import { InvocationError } from '../invoke/invocation-error.ts'
import type { Ask, PreflightInput } from './preflight-input.ts'

/** What the endpoint answered, as it came and as it is understood. */
export interface Asked {
  readonly answer: InvocationAnswer
  readonly decoded: ReturnType<typeof decodePredictions>
}

/** Invokes with so many rows. A cut or muddled body may come out right the next time: it is asked once more. */
export async function askRows(
  ask: Ask,
  { endpoint }: Pick<PreflightInput, 'endpoint'>,
  body: Uint8Array,
  rows: number,
): Promise<Asked | InvocationError> {
  const first = await askOnce()
  const isMuddled = !(first instanceof InvocationError) && first.decoded.kind === 'malformed'
  return isMuddled ? await askOnce() : first

  async function askOnce(): Promise<Asked | InvocationError> {
    const answer = await ask(body)
    if (answer instanceof InvocationError) return answer
    return { answer, decoded: decodePredictions(answer, rows, endpoint.response) }
  }
}
