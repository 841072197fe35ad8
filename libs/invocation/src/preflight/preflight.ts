import type { Choice } from '../decode/choice.ts'
import { decodePredictions } from '../decode/decode-predictions.ts'
import type { Layout } from '../decode/decoded.ts'
import { askRows } from './ask-rows.ts'
import { explainRefusal } from './explain-refusal.ts'
import { acceptedAlone } from './accepted-alone.ts'
import type { InvocationAnswer, Invoke } from '../invoke/invocation.ts'
import { InvocationError } from '../invoke/invocation-error.ts'
import type { PreflightInput, Ask } from './preflight-input.ts'
import { takesMoreColumns } from './takes-more-columns.ts'

export type PreflightReport =
  | {
      readonly kind: 'ready'
      readonly layout: Layout
      /** What the answer has beside what was taken of it. */
      readonly choice?: Choice
      /** Of one invocation, to which latency and bytes belong. */
      readonly rowsAnswered: number
      /** Of the first rows, how many the endpoint takes neither together nor alone. */
      readonly rowsRefused: number
      /** The text of the first row's prediction. */
      readonly example: string
      /** One line for each row that was answered, joined by newlines. */
      readonly predictions: Buffer
      readonly answerBytes: number
      readonly variant?: string
      readonly latencyMs: number
      readonly bytesPerRow: number
    }
  | {
      readonly kind: 'wrong'
      /** One sentence for each thing that is wrong; never empty. */
      readonly problems: readonly string[]
      /** The endpoint refuses the rows, each of them, and what is in them may be why. */
      readonly isOfRows?: true
    }

/**
 * Tries a job's first rows before it starts: is the answer understood, does each row get one
 * prediction, does the model take the columns. What is wrong is told in a sentence. Where nothing
 * explains a refusal the rows are tried one by one: a bad row among the first must not cost the job,
 * and is found again, and named, when its batch is scored. Repeats nothing: `invoke` may.
 *
 * @throws {InvocationError} `endpoint_throttled`: an endpoint that has no room says nothing of the rows.
 * @throws On abort, the signal's reason.
 */
export async function preflight(
  deps: { readonly invoke: Invoke },
  input: PreflightInput,
  signal: AbortSignal,
): Promise<PreflightReport> {
  const stop = new AbortController()
  const aborted = AbortSignal.any([signal, stop.signal])
  try {
    const ask = async (body: Uint8Array) => await tryToInvoke(deps.invoke, input, body, aborted)
    return await judge(ask, input)
  } finally {
    // What was asked at once with what has failed is waited for by nobody.
    stop.abort()
  }
}

async function judge(ask: Ask, input: PreflightInput): Promise<PreflightReport> {
  const first = await look(ask, piecesOf(input))
  if (first.kind !== 'unexplained') return reportOf(first, 0)
  const accepted = await acceptedAlone(ask, input)
  if (accepted.rows === 0) return wrong(first.problem, first.isOfRows)
  const second = await look(ask, piecesOf({ ...input, ...accepted }))
  if (second.kind === 'unexplained' && input.rows > 1 && accepted.rows === input.rows) {
    return wrong(onlyAlone(input, second.problem))
  }
  return reportOf(second, input.rows - accepted.rows)
}

/** What one look at some rows has shown. */
type Sight =
  | Omit<PreflightReport & { kind: 'ready' }, 'rowsRefused'>
  | { readonly kind: 'wrong'; readonly problem: string }
  /** Refused, and some row may be at fault. */
  | { readonly kind: 'unexplained'; readonly problem: string; readonly isOfRows: boolean }

function reportOf(sight: Sight, rowsRefused: number): PreflightReport {
  return sight.kind === 'ready' ? { ...sight, rowsRefused } : wrong(sight.problem)
}

/** As many of the first rows as one invocation takes. */
function piecesOf(input: PreflightInput): PreflightInput {
  const rows = Math.min(input.rows, input.rowsMax ?? input.rows)
  if (rows === input.rows) return input
  return { ...input, rows, body: input.body.subarray(0, input.rowOffsets()[rows]) }
}

async function look(ask: Ask, input: PreflightInput): Promise<Sight> {
  // At once, because each takes as long as the endpoint does.
  const [asked, takesMore] = await Promise.all([
    askRows(ask, input, input.body, input.rows),
    takesMoreColumns(ask, input),
  ])
  if (asked instanceof InvocationError) return await explainRefusal(ask, input, asked)
  const { answer, decoded } = asked
  if (decoded.kind === 'malformed') {
    const unread = isOneShort(input, answer) ? oneShort : unreadable
    return {
      kind: 'unexplained',
      problem: unread(input, answer, decoded.reason),
      isOfRows: false,
    }
  }
  // Whether the columns are too few is not known then, and predictions for too few would be wrong ones.
  if (takesMore instanceof InvocationError) return await explainRefusal(ask, input, takesMore)
  if (takesMore) {
    return {
      kind: 'wrong',
      problem: `The model of ${input.endpoint.name} takes more columns than the rows have: it accepts rows with one more, so its answers to these are wrong; check dataset.features.`,
    }
  }
  return {
    kind: 'ready',
    layout: decoded.layout,
    ...(decoded.choice !== undefined && { choice: decoded.choice }),
    rowsAnswered: input.rows,
    example: decoded.predictions.toString().split('\n', 1)[0] ?? '',
    predictions: decoded.predictions,
    answerBytes: answer.body.length,
    latencyMs: answer.durationMs,
    bytesPerRow: input.body.length / input.rows,
    ...(answer.variant !== undefined && { variant: answer.variant }),
  }
}

function onlyAlone(input: PreflightInput, together: string): string {
  const found = `${input.endpoint.name} takes the first ${input.rows} rows one by one but not together`
  return endsWithCr(input)
    ? `${found}: they end with a CR alone, which few servers take for the end of a row. Write the table with LF (tr '\\r' '\\n'), or set batching.rows to 1: ${together}`
    : `${found}: set batching.rows to 1, unless this can be mended: ${together}`
}

/** Whether the first of several rows ends as on the Macs of the last century, and as some spreadsheets still write. */
function endsWithCr({ body, rowOffsets }: PreflightInput): boolean {
  const [, end = 0] = rowOffsets()
  return body[end - 1] === CR
}

const CR = 0x0d

async function tryToInvoke(
  invoke: Invoke,
  { endpoint }: PreflightInput,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<InvocationAnswer | InvocationError> {
  try {
    return await invoke({ endpoint, body }, signal)
  } catch (error) {
    if (error instanceof InvocationError && error.code !== 'endpoint_throttled') return error
    throw error
  }
}

const wrong = (problem: string, isOfRows = false): PreflightReport => ({
  kind: 'wrong',
  problems: [problem],
  ...(isOfRows && { isOfRows }),
})

const isOneShort = ({ endpoint, rows }: PreflightInput, answer: InvocationAnswer): boolean =>
  rows > 1 && decodePredictions(answer, rows - 1, endpoint.response).kind === 'decoded'

/** MLflow's server does, as whatever reads by pandas with its defaults. */
const oneShort = ({ endpoint, rows }: PreflightInput): string =>
  `${endpoint.name} answers ${rows - 1} predictions to ${rows} rows: its server may take the first one for a header, which no batch has; let it read CSV without one, or send JSON lines.`

function unreadable({ endpoint, rows }: PreflightInput, answer: InvocationAnswer, reason: string) {
  const begin = JSON.stringify(answer.body.toString('utf8', 0, 60))
  return `The answer of ${endpoint.name} to ${rows} rows is not understood (${reason}; it is ${answer.contentType || 'of no type'} and begins ${begin}); set endpoint.response.`
}
