import { chooseColumns, selectColumns, unfitRows } from '@millrace/csv'
import {
  type Batch,
  dialectOf,
  isWanted,
  type Job,
  lengthOf,
  type PinnedDataset,
  type PinnedObject,
} from '@millrace/job'
import { InvocationError, type InvocationErrorCode } from '@millrace/invocation'
import type { Part } from '@millrace/ledger'
import { EndpointAwayError } from '../preflight/endpoint-away-error.ts'

export interface Deps {
  planned(job: Job, signal: AbortSignal): AsyncIterable<Batch>
  /** Tells which batches the retry has already, or has taken over. */
  recordedBatches(job: Job, signal: AbortSignal): Promise<(batch: number) => boolean>
  below(job: Job, batch: number, signal: AbortSignal): Promise<Part | undefined>
  read(object: PinnedObject, range: Batch['bytes'], signal: AbortSignal): Promise<Buffer>
  /** Invokes the endpoint of the job; throws what no row is at fault of and no waiting mends. */
  invoke(job: Job, body: Uint8Array, signal: AbortSignal): Promise<void>
}

/** Batches that are looked through for a row that can be sent at all. */
const BATCHES_MAX = 8

/**
 * Sends one of the rows that a retry is about, before all are published: an endpoint that is not there,
 * or may not be invoked, is told here and not waited for. What becomes of the row says nothing, since it
 * has failed before.
 */
export async function probeRetry(
  deps: Deps,
  job: Job,
  dataset: PinnedDataset,
  signal: AbortSignal,
): Promise<void> {
  const recorded = await deps.recordedBatches(job, signal)
  let looked = 0
  for await (const batch of deps.planned(job, signal)) {
    if (recorded(batch.batch)) continue
    const body = await oneRow(deps, job, dataset, batch, signal)
    if (body !== undefined) return await deps.invoke(job, body, signal)
    looked += 1
    if (looked === BATCHES_MAX) return
  }
}

/**
 * Whether an error may be the doing of the row that was sent, which has failed before: then the retry goes on. A model
 * that has failed at it for a whole turn of asking counts as such; whatever else has an endpoint called away does not.
 */
export function isAboutRow(error: unknown): boolean {
  const said = error instanceof EndpointAwayError ? error.cause : error
  if (!(said instanceof InvocationError)) return false
  if (said !== error) return said.code === 'model_failed'
  return said.kind !== 'systemic' && !UNREACHED.includes(said.code)
}

const UNREACHED: readonly InvocationErrorCode[] = ['endpoint_unreachable', 'connection_failed']

/** The first row of the batch that is to be invoked again and that the model may see. */
async function oneRow(
  deps: Deps,
  job: Job,
  dataset: PinnedDataset,
  batch: Batch,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const { dataset: source, batching } = job.spec
  const object = dataset.objects[batch.object]
  if (object === undefined || lengthOf(batch.bytes) > batching.payloadBytesMax) return undefined
  const bytes = await deps.read(object, batch.bytes, signal)
  const part = await deps.below(job, batch.batch, signal)
  const dialect = dialectOf(source)
  const unfit = unfitRows(bytes, dialect, dataset.width)
  const rows = Array.from({ length: lengthOf(batch.rows) }, (_, row) => row)
  const row = wantedRows(job, part, rows).find((one) => unfit.every((other) => other.row !== one))
  if (row === undefined) return undefined
  const others = new Set(rows.filter((other) => other !== row))
  return selectColumns(bytes, dialect, chooseColumns(dataset, source.features), others)
}

function wantedRows({ retryOf }: Job, part: Part | undefined, rows: number[]): number[] {
  if (part === undefined) return rows
  const failed = part.failures.filter(({ code }) => isWanted(retryOf ?? {}, code))
  return failed.map(({ row }) => row - part.rows.start)
}
