import { narrowerRows, widerRows } from './explain-refusal.ts'
import { InvocationError } from '../invoke/invocation-error.ts'
import type { Ask, PreflightInput } from './preflight-input.ts'
import { rowTexts } from './row-texts.ts'

/**
 * XGBoost's container refuses a column too many, and gives wrong numbers for a column too few without
 * a word. So a model that takes one more, but not any number more, is sent too few; unless it does not take one
 * fewer: scripts that take a row with its label or without it, as AWS's samples for scikit-learn, know both widths.
 *
 * @returns the failure instead when the endpoint could not be asked.
 */
export async function takesMoreColumns(
  ask: Ask,
  input: PreflightInput,
): Promise<boolean | InvocationError> {
  if (!input.endpoint.contentType.startsWith('text/csv')) return false
  const oneMore = await takes(ask, widerRows(input, 1))
  if (oneMore !== true) return oneMore
  const anyMore = await takes(ask, widerRows(input, 2_000))
  if (anyMore !== false) return anyMore instanceof InvocationError ? anyMore : false
  return !(await refusesFewer(ask, input))
}

/** XGBoost's container finds no delimiter in one column and refuses it, so one fewer of two says nothing. */
const COLUMNS_MIN = 3

/** Twice, for a fault that comes by chance must not make rows that are too short pass. */
async function refusesFewer(ask: Ask, input: PreflightInput): Promise<boolean> {
  if (columnsOf(input) < COLUMNS_MIN) return false
  const fewer = narrowerRows(input)
  return (await refuses(ask, fewer)) && (await refuses(ask, fewer))
}

const columnsOf = (input: PreflightInput): number =>
  (rowTexts(input)[0] ?? '').split(input.delimiter ?? ',').length

async function refuses(ask: Ask, body: Uint8Array): Promise<boolean> {
  const answer = await ask(body)
  if (!(answer instanceof InvocationError)) return false
  return answer.code === 'rows_rejected' || answer.code === 'model_failed'
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
