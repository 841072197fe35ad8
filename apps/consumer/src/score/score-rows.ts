import { hash } from 'node:crypto'
import {
  chooseColumns,
  type ColumnSelection,
  rowOffsets,
  selectColumns,
  type Survey,
  surveyRows,
  unfitRows,
} from '@millrace/csv'
import { InvocationError, type InvocationWork } from '@millrace/invocation'
import {
  type Batch,
  dialectOf,
  lengthOf,
  limits,
  type PinnedDataset,
  type PinnedObject,
  PlanError,
  type RowFailure,
} from '@millrace/job'
import { joinLines, splitLines } from '@millrace/predictions'
import type { InTurn } from './in-turn.ts'
import type { OpenJob } from '../job/open-job.ts'
import type { Scored } from './scored.ts'
import { setUnfitAside } from './set-unfit-aside.ts'

/** The rows that reach the model. */
export interface Payload {
  readonly body: Uint8Array
  /** SHA-256 of the body in hexadecimal, where it is known already. */
  readonly bodyHash?: string
  readonly rows: number
  /** Starts of the rows in `body`, then where the last one ends; asked for only to split it. */
  readonly rowOffsets: () => Uint32Array
}

/** What the endpoint made of a payload; rows are counted from 0 within it. */
export type ScoredPayload = Omit<Scored, 'inputHash'>

export interface Deps {
  /** Exactly these bytes, of the version that the job is pinned to. */
  read(object: PinnedObject, range: Batch['bytes'], signal: AbortSignal): Promise<Buffer>
  scorePayload(
    open: OpenJob,
    batch: Batch,
    payload: Payload,
    signal: AbortSignal,
  ): Promise<ScoredPayload>
  /** Why the rows are given up after this attempt; nothing when another attempt may score them. */
  reasonToGiveUp(error: unknown, attempt: number): RowReason | undefined
  /** One at a time in this process: a row that no payload takes is read to leave columns of it out. */
  readonly inTurn: InTurn
}

/** Why a row has no prediction. */
export type RowReason = Pick<RowFailure, 'code' | 'message'>

/**
 * Reads the rows of a batch and has them scored. A row that the model must not see (too large for an
 * invocation, too few or too many fields: the container would answer 200 and wrong numbers) is a row
 * failure here and never leaves; one of whose answer nothing can be decided is one as well. A row that is too large with all its columns is read only where some of
 * them are left out. When no attempt can score the rest, or this was the last one, they are row failures
 * too: a job must end with each row accounted for.
 *
 * @param only the rows to score, by their index in the batch; the lines of the others are empty.
 * @throws {PlanError} when the bytes do not hold the rows that the plan promises.
 */
export async function scoreRows(
  deps: Deps,
  open: OpenJob,
  batch: Batch,
  attempt: number,
  signal: AbortSignal,
  only?: ReadonlySet<number>,
): Promise<Scored> {
  const { batching, dataset } = open.job.spec
  const bytesMax = batching.payloadBytesMax
  const bytes = lengthOf(batch.bytes)
  const isLarge = bytes > bytesMax
  const isHopeless = dataset.features === undefined || bytes > limits.rowBytesMax
  if (isLarge && isHopeless) return rowTooLarge(batch, bytes, bytesMax)

  const reading = () => readRows(deps, open, batch, signal, only)
  const { payload, inputHash, unfit, dropped } = isLarge
    ? await deps.inTurn(reading, signal)
    : await reading()
  if (isLarge && payload.body.length > bytesMax) {
    return { ...rowTooLarge(batch, payload.body.length, bytesMax), inputHash }
  }
  const scored =
    payload.rows === 0
      ? nothingScored
      : await scoreOrGiveUp(deps, open, batch, payload, attempt, signal)
  return { ...restoreRows(scored, batch, dropped, unfit), inputHash }
}

/** One row of a batch, by its index in it, as the model is sent it; empty when the model must not see it. */
export async function readRow(
  deps: Pick<Deps, 'read'>,
  open: OpenJob,
  batch: Batch,
  row: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (lengthOf(batch.bytes) > open.job.spec.batching.payloadBytesMax) return new Uint8Array(0)
  const { payload } = await readRows(deps, open, batch, signal, new Set([row]))
  return payload.body
}

/** What a batch holds. Of a large row it has only what is left of it. */
interface ReadRows {
  readonly payload: Payload
  readonly inputHash: string
  readonly unfit: readonly RowFailure[]
  /** Rows that do not leave, by their index in the batch. */
  readonly dropped: ReadonlySet<number>
}

async function readRows(
  deps: Pick<Deps, 'read'>,
  open: OpenJob,
  batch: Batch,
  signal: AbortSignal,
  only: ReadonlySet<number> | undefined,
): Promise<ReadRows> {
  const object = open.dataset.objects[batch.object]
  if (object === undefined) throw new PlanError(`batch ${batch.batch}: no object ${batch.object}`)
  const bytes = await deps.read(object, batch.bytes, signal)
  const survey = surveyOf(open, bytes)
  checkRows(batch, survey.rows)
  const inputHash = hash('sha256', bytes)

  const unfit = unfitIn(open, batch, bytes, survey)
  const dropped = new Set(unfit.map(({ row }) => row - batch.rows.start))
  if (only !== undefined) {
    for (let row = 0; row < lengthOf(batch.rows); row += 1) if (!only.has(row)) dropped.add(row)
  }
  return {
    payload: payloadOf(open, { bytes, inputHash, survey }, dropped),
    inputHash,
    unfit,
    dropped,
  }
}

async function scoreOrGiveUp(
  deps: Deps,
  open: OpenJob,
  batch: Batch,
  payload: Payload,
  attempt: number,
  signal: AbortSignal,
): Promise<ScoredPayload> {
  try {
    return setUnfitAside(open.job, await deps.scorePayload(open, batch, payload, signal))
  } catch (error) {
    signal.throwIfAborted()
    const reason = deps.reasonToGiveUp(error, attempt)
    if (reason === undefined) throw error
    const work = error instanceof InvocationError ? error.work : undefined
    return everyRowFailed(payload.rows, reason, work)
  }
}

/** @param work of this attempt alone: of an earlier one that has failed, nothing is recorded. */
function everyRowFailed(rows: number, reason: RowReason, work?: InvocationWork): ScoredPayload {
  const failures = Array.from({ length: rows }, (_, row) => ({ row, ...reason }))
  const predictions = Buffer.from('\n'.repeat(rows - 1))
  return { ...nothingScored, ...work, predictions, failures }
}

function checkRows(batch: Batch, found: number): void {
  const wanted = lengthOf(batch.rows)
  if (found === wanted) return
  const counts = `${found} rows in bytes ${batch.bytes.start} to ${batch.bytes.end}`
  throw new PlanError(`batch ${batch.batch}: ${counts}, the plan has ${wanted}`)
}

/** The rows of a batch as they lie in the dataset. */
interface Input {
  readonly bytes: Buffer
  readonly inputHash: string
  readonly survey: Survey
}

/** One look for all that is to be known. JSON lines have no fields to count. */
function surveyOf({ job, dataset }: OpenJob, bytes: Buffer): Survey {
  const width = job.spec.dataset.format === 'jsonl' ? 0 : dataset.width
  return surveyRows(bytes, dialectOf(job.spec.dataset), width)
}

function payloadOf(
  open: OpenJob,
  { bytes, inputHash, survey }: Input,
  dropped: ReadonlySet<number>,
): Payload {
  const dialect = dialectOf(open.job.spec.dataset)
  const body = selectColumns(bytes, dialect, selectionOf(open), dropped, survey)
  return {
    body,
    ...(body === bytes && { bodyHash: inputHash }),
    rows: survey.rows - dropped.size,
    rowOffsets: () => rowOffsets(body, dialect),
  }
}

/**
 * Chosen once for as long as a dataset is kept in memory: a table may have thousands of columns, and
 * its job is read anew every two seconds. A dataset belongs to one job, whose features never change.
 */
const selections = new WeakMap<PinnedDataset, ColumnSelection>()

function selectionOf({ dataset, job }: OpenJob): ColumnSelection {
  const known = selections.get(dataset)
  if (known !== undefined) return known
  const selection = chooseColumns(dataset, job.spec.dataset.features)
  selections.set(dataset, selection)
  return selection
}

const nothingScored: ScoredPayload = {
  predictions: Buffer.alloc(0),
  failures: [],
  invocations: 0,
  throttles: 0,
  durationMs: 0,
}

/** Numbers the rows as the dataset does, and puts an empty line where a row was dropped. */
function restoreRows(
  scored: ScoredPayload,
  batch: Batch,
  dropped: ReadonlySet<number>,
  unfit: readonly RowFailure[],
): ScoredPayload {
  const first = batch.rows.start
  if (dropped.size === 0) {
    const failures = scored.failures.map((failure) => ({ ...failure, row: first + failure.row }))
    return { ...scored, failures }
  }
  const rows = Array.from({ length: lengthOf(batch.rows) }, (_, row) => row)
  const kept = rows.filter((row) => !dropped.has(row))
  const lines = kept.length === 0 ? [] : splitLines(scored.predictions)
  const lineOf = new Map(kept.map((row, index) => [row, lines[index] ?? '']))
  const failures = [
    ...unfit,
    ...scored.failures.map((failure) => ({ ...failure, row: first + (kept[failure.row] ?? 0) })),
  ].sort((a, b) => a.row - b.row)
  const predictions = joinLines(rows.map((row) => lineOf.get(row) ?? ''))
  return { ...scored, predictions, failures }
}

/** The rows that the model must not see. */
function unfitIn(
  { job, dataset }: OpenJob,
  batch: Batch,
  bytes: Buffer,
  { odd }: Survey,
): RowFailure[] {
  const first = batch.rows.start
  const unfit = unfitRows(bytes, dialectOf(job.spec.dataset), dataset.width, odd)
  return unfit.map((failure) => ({ ...failure, row: first + failure.row }))
}

/** The plan lets a single row be larger than a payload, so that it costs itself and no other row. */
function rowTooLarge(batch: Batch, bytes: number, bytesMax: number): Scored {
  const size = `${bytes} > ${bytesMax} bytes`
  const message = `a row larger than one invocation takes (${size})`
  const failed = everyRowFailed(lengthOf(batch.rows), { code: 'row_too_large', message })
  return { ...restoreRows(failed, batch, new Set(), []), inputHash: '' }
}
