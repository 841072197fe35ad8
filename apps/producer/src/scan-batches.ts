import { createCutter, headBytes, headDifference, inspectHead } from '@millrace/csv'
import {
  type Batch,
  dialectOf,
  encodePlanSegment,
  type Documents,
  type Job,
  limits,
  type PinnedDataset,
  type PinnedObject,
  planSegmentName,
  planSegmentOf,
  sourceOf,
} from '@millrace/job'
import { type Deps as ObjectDeps, openObjects } from './open-objects.ts'
import { PlanningError } from './planning-error.ts'

export interface Deps extends ObjectDeps {
  readonly documents: Documents
}

/** Reads under way of one object. In a folder they go straight into the scanner's memory. */
const READS = 4
/** In S3 a read must outlast a round trip, so it is larger than the scanner's slots. */
const S3_READ_BYTES = 8 * 1024 * 1024

/**
 * Scans a dataset once and yields its batches. They come a plan segment at a time, and only when the
 * segment is written: whoever receives a batch finds it in the plan.
 *
 * The same pinned dataset and spec give the same batches, so planning twice is harmless.
 */
export async function* scanBatches(
  deps: Deps,
  job: Job,
  dataset: PinnedDataset,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  let segment: Batch[] = []
  for await (const batch of cutObjects(deps, job, dataset, signal)) {
    segment.push(batch)
    if (segment.length < limits.planSegmentBatches) continue
    yield* await written(deps, segment, signal)
    segment = []
  }
  if (segment.length > 0) yield* await written(deps, segment, signal)
}

async function written(deps: Deps, batches: Batch[], signal: AbortSignal): Promise<Batch[]> {
  const name = planSegmentName(planSegmentOf(batches[0]?.batch ?? 0))
  await deps.documents.write(name, encodePlanSegment(batches), signal)
  return batches
}

async function* cutObjects(
  deps: Deps,
  { spec }: Job,
  dataset: PinnedDataset,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const next = { batch: 0, row: 0 }
  const s3Buffers = lendOnce(READS + 1, S3_READ_BYTES)
  let object = -1
  for await (const { object: pinned, pieces } of openObjects(deps, dataset.objects, signal)) {
    object += 1
    const cutter = createCutter({
      dialect: dialectOf(spec.dataset),
      header: dataset.header,
      slots: READS,
      rowsMax: spec.batching.rows,
      bytesMax: spec.batching.payloadBytesMax,
    })
    const batchesOf = (cuts: ReturnType<typeof cutter.push>): Batch[] =>
      cuts.map(({ rows, bytes }) => {
        const start = next.row
        next.row += rows
        return { batch: next.batch++, rows: { start, end: next.row }, bytes, object }
      })
    const buffers = pinned.uri.startsWith('file:')
      ? () => Array.from({ length: READS }, (_, slot) => cutter.slot(slot))
      : s3Buffers
    let first = true
    for await (const piece of pieces(buffers)) {
      if (first) checkHeader(pinned, piece, spec.dataset, dataset)
      first = false
      yield* batchesOf(cutter.push(piece))
    }
    yield* batchesOf(cutter.end())
  }
}

/** Memory that is made when it is first wanted, and lent to one object after the other. */
function lendOnce(count: number, bytes: number): () => readonly Uint8Array[] {
  let buffers: Uint8Array[] | undefined
  return () => (buffers ??= Array.from({ length: count }, () => Buffer.allocUnsafeSlow(bytes)))
}

function checkHeader(
  object: PinnedObject,
  piece: Uint8Array,
  source: Job['spec']['dataset'],
  dataset: PinnedDataset,
): void {
  const { header } = source.csv
  if (header === 'absent' || source.format === 'jsonl') return
  const head = inspectHead(
    piece.subarray(0, headBytes),
    dialectOf(source),
    header,
    piece.length >= object.bytes,
  )
  const difference = headDifference(dataset, head)
  if (difference === undefined) return
  throw new PlanningError('header_mismatch', `${sourceOf(object).uri} has ${difference}`)
}
