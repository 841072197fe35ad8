import { widerRows } from './explain-refusal.ts'
import { InvocationError } from '../invoke/invocation-error.ts'
import type { Ask, PreflightInput } from './preflight-input.ts'

/**
 * XGBoost's container refuses a column too many, and gives wrong numbers for a column too few without
 * a word. So a model that takes one more, but not any number more, is sent too few.
 *
 * @returns the failure instead when the endpoint could not be asked.
 */
export async function takesMoreColumns(
  ask: Ask,
  { endpoint, body }: PreflightInput,
): Promise<boolean | InvocationError> {
  if (!endpoint.contentType.startsWith('text/csv')) return false
  const oneMore = await takes(ask, widerRows(body, 1))
  if (oneMore !== true) return oneMore
  const anyMore = await takes(ask, widerRows(body, 2_000))
  return anyMore instanceof InvocationError ? anyMore : !anyMore
}

async function takes(ask: Ask, body: Uint8Array): Promise<boolean | InvocationError> {
  const answer = await ask(body)
  if (!(answer instanceof InvocationError)) return true
  return isAboutRows(answer) ? false : answer
}

/** A container may refuse a width by failing or by hanging, too; what is left says nothing of the rows. */
function isAboutRows({ kind, code }: InvocationError): boolean {
  return kind === 'rows' || kind === 'too_large' || kind === 'permanent' || code === 'model_failed'
}
