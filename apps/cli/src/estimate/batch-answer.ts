import { decodePredictions, InvocationError, type Invoke } from '@millrace/invocation'
import type { JobSpec } from '@millrace/job'
import { expectPartSize, type PartSize } from '@millrace/ledger'
import { joinLines, splitLines } from '@millrace/predictions'
import { CliError } from '../cli-error.ts'
import { TYPICAL_ROW_BYTES, typicalPredictions } from '../cost/typical-predictions.ts'
import { openEndpoint } from '../endpoint/open-endpoint.ts'
import { firstOf, type SampleRows, sampleRows } from '../endpoint/sample-rows.ts'
import { tryFirstRows } from '../endpoint/try-first-rows.ts'
import type { PlanReport } from '../plan/survey-objects.ts'
import type { World } from '../world.ts'
import type { EstimateOptions } from './estimate-options.ts'
import type { KeptStart } from './keep-start.ts'

/** What one batch sends and gets, by a probe or by assumption. */
export interface BatchAnswer {
  readonly kind: 'probed' | 'assumed'
  readonly latencyMs: number
  readonly rows: number
  readonly rowBytesIn: number
  readonly rowBytesOut: number
  readonly part: PartSize
  readonly region?: string
}

/**
 * Invokes the endpoint with a few rows, as every job begins, and then once with the first batch, which
 * takes as long as the others will. Where that batch has a bad row, the few rows have to do.
 *
 * @throws {CliError} with what is wrong, when it does not take the rows.
 */
export async function probeBatch(
  start: KeptStart,
  spec: JobSpec,
  options: EstimateOptions,
  world: World,
): Promise<BatchAnswer> {
  const { rows: rowsMax, payloadBytesMax } = spec.batching
  const found = sampleRows(start.bytes(), start.isWhole(), spec, rowsMax)
  if (found === undefined) {
    throw new CliError('no row at the start of the dataset has the width of the first one', {
      hint: 'millrace plan --check tells which rows are odd',
    })
  }
  const batch = firstOf(found, rowsMax, payloadBytesMax)
  await using endpoint = await openEndpoint(options, world)
  const { invoke, region } = endpoint
  const report = await tryFirstRows(endpoint, spec, found, start.objects, world.stop)
  const isMore = batch.rows > report.rowsAnswered + report.rowsRefused
  const one =
    (isMore ? await invokeBatch(invoke, spec, batch, world.stop) : undefined) ??
    ({ ...report, rows: report.rowsAnswered } satisfies Answered)
  return {
    kind: 'probed',
    latencyMs: options.latency ?? one.latencyMs,
    rows: one.rows,
    rowBytesIn: batch.body.length / batch.rows,
    rowBytesOut: one.answerBytes / one.rows,
    part: await expectPartSize(repeated(one, batch.rows), batch.rows),
    region,
  }
}

interface Answered {
  readonly rows: number
  readonly latencyMs: number
  readonly answerBytes: number
  readonly predictions: Buffer
}

/** Nothing when the endpoint does not take the batch as a whole. */
async function invokeBatch(
  invoke: Invoke,
  { endpoint }: JobSpec,
  { body, rows }: SampleRows,
  signal: AbortSignal,
): Promise<Answered | undefined> {
  const answer = await invoke({ endpoint, body }, signal).catch((error: unknown) => {
    if (error instanceof InvocationError) return undefined
    throw error
  })
  if (answer === undefined) return undefined
  const decoded = decodePredictions(answer, rows, endpoint.response)
  if (decoded.kind === 'malformed') return undefined
  const { predictions } = decoded
  return { rows, latencyMs: answer.durationMs, answerBytes: answer.body.length, predictions }
}

/** The predictions of a few rows, over and over, where a batch has more. */
function repeated({ predictions, rows }: Answered, wanted: number): Buffer {
  if (rows === wanted) return predictions
  const lines = splitLines(predictions)
  const all = Array.from({ length: wanted }, (_, row) => lines[row % lines.length] ?? '')
  return joinLines(all)
}

const LATENCY_MS = 100
/** What a batch sends and gets when nobody asks the endpoint. */
export async function assumeAnswer(
  { rows, bytes, batches }: PlanReport,
  { batching }: JobSpec,
  latencyMs = LATENCY_MS,
): Promise<BatchAnswer> {
  // A table may have a header alone.
  const inBatch = Math.min(batching.rows, Math.ceil(rows / Math.max(1, batches)))
  const predictions = typicalPredictions(inBatch)
  return {
    kind: 'assumed',
    latencyMs,
    rows: inBatch,
    rowBytesIn: bytes / Math.max(1, rows),
    rowBytesOut: TYPICAL_ROW_BYTES,
    part: await expectPartSize(predictions, inBatch),
  }
}
