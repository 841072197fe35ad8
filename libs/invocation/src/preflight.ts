import { decodePredictions, type Layout } from './decode-predictions.ts'
import { explainRefusal, widerRows } from './explain-refusal.ts'
import type { Endpoint, InvocationAnswer, Invoke } from './invocation.ts'
import { InvocationError } from './invocation-error.ts'

export interface PreflightInput {
  readonly endpoint: Endpoint
  readonly region: string
  /** The job's first rows, as they would be sent. */
  readonly body: Uint8Array
  readonly rows: number
  /** Rows of the whole dataset, where they are known already. */
  readonly rowsTotal?: number
  /** Invocations at once that the estimate reckons with. Default 1. */
  readonly concurrency?: number
}

export type PreflightReport =
  | {
      readonly kind: 'ready'
      readonly layout: Layout
      /** The text of the first row's prediction. */
      readonly example: string
      readonly variant?: string
      readonly latencyMs: number
      readonly bytesPerRow: number
      /** For `rowsTotal`, at `concurrency` and the probe's rows an invocation. */
      readonly estimate?: { readonly invocations: number; readonly seconds: number }
    }
  /** One sentence for each thing that is wrong; never empty. */
  | { readonly kind: 'wrong'; readonly problems: readonly string[] }

/**
 * Tries a job's first rows before it starts: is the answer understood, does each row get one
 * prediction, does the model take the columns. What is wrong is told in a sentence. Makes at most
 * five invocations and no retries.
 *
 * @throws On abort, the signal's reason.
 */
export async function preflight(
  deps: { readonly invoke: Invoke },
  input: PreflightInput,
  signal: AbortSignal,
): Promise<PreflightReport> {
  const ask = async (body: Uint8Array) => await tryToInvoke(deps.invoke, input, body, signal)
  const answer = await ask(input.body)
  if (answer instanceof InvocationError) return wrong(await explainRefusal(ask, input, answer))
  const decoded = decodePredictions(answer, input.rows, input.endpoint.response)
  if (decoded.kind === 'malformed') return wrong(unreadable(input, answer, decoded.reason))
  if (await takesMoreColumns(ask, input)) {
    return wrong(
      `The model of ${input.endpoint.name} takes more columns than the rows have: it accepts rows with one more, so its answers to these are wrong; check dataset.features.`,
    )
  }
  return {
    kind: 'ready',
    layout: decoded.layout,
    example: decoded.predictions.toString().split('\n', 1)[0] ?? '',
    latencyMs: answer.durationMs,
    bytesPerRow: input.body.length / input.rows,
    ...(answer.variant !== undefined && { variant: answer.variant }),
    ...(input.rowsTotal !== undefined && {
      estimate: estimateOf(input, input.rowsTotal, answer.durationMs),
    }),
  }
}

export type Ask = (body: Uint8Array) => Promise<InvocationAnswer | InvocationError>

async function tryToInvoke(
  invoke: Invoke,
  { endpoint }: PreflightInput,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<InvocationAnswer | InvocationError> {
  try {
    return await invoke({ endpoint, body }, signal)
  } catch (error) {
    if (error instanceof InvocationError) return error
    throw error
  }
}

const wrong = (problem: string): PreflightReport => ({ kind: 'wrong', problems: [problem] })

function unreadable({ endpoint, rows }: PreflightInput, answer: InvocationAnswer, reason: string) {
  const begin = JSON.stringify(answer.body.toString('utf8', 0, 60))
  return `The answer of ${endpoint.name} to ${rows} rows is not understood (${reason}; it is ${answer.contentType || 'of no type'} and begins ${begin}); set endpoint.response.`
}

/**
 * XGBoost's container refuses a column too many, and gives wrong numbers for a column too few without
 * a word. So a model that takes one more, but not any number more, is sent too few.
 */
async function takesMoreColumns(ask: Ask, { endpoint, body }: PreflightInput): Promise<boolean> {
  if (!endpoint.contentType.startsWith('text/csv')) return false
  const oneMore = await ask(widerRows(body, 1))
  if (oneMore instanceof InvocationError) return false
  return (await ask(widerRows(body, 2_000))) instanceof InvocationError
}

function estimateOf({ rows, concurrency = 1 }: PreflightInput, total: number, latencyMs: number) {
  const invocations = Math.ceil(total / rows)
  return { invocations, seconds: (invocations * latencyMs) / 1_000 / concurrency }
}
