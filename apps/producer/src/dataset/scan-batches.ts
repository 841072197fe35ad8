import {
  createCutter,
  CsvError,
  headBytes,
  headDifference,
  inspectNext,
  refuseUnreadable,
} from '@millrace/csv'
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
import { type Deps as MemoryDeps, lendMemory } from './lend-memory.ts'
import { type Deps as ObjectDeps, openObjects } from './open-objects.ts'
import { PlanningError } from '../planning-error.ts'

export interface Deps extends ObjectDeps, MemoryDeps {
  readonly documents: Documents
}

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
  const dialect = dialectOf(spec.dataset)
  await using memory = lendMemory(deps, dataset.objects, dialect)
  let object = -1
  for await (const { object: pinned, pieces } of openObjects(deps, dataset.objects, signal)) {
    object += 1
    const cutter = createCutter({
      dialect,
      header: dataset.header,
      slots: memory.slots,
      rowsMax: spec.batching.rows,
      bytesMax: spec.batching.payloadBytesMax,
      rowBytesMax: limits.rowBytesMax,
      firstRow: next.row,
    })
    const batchesOf = (cuts: ReturnType<typeof cutter.push>): Batch[] =>
      cuts.map(({ rows, bytes }) => {
        const start = next.row
        next.row += rows
        return { batch: next.batch++, rows: { start, end: next.row }, bytes, object }
      })
    const head = createHeadCheck(pinned, spec.dataset, dataset)
    for await (const piece of pieces(() => memory.lend(pinned))) {
      head.look(piece)
      yield* batchesOf(naming(pinned, () => cutter.push(piece)))
    }
    yield* batchesOf(naming(pinned, () => cutter.end()))
  }
}

/**
 * The first object's head has been looked at when it was pinned; any other may be packed, or begin, otherwise.
 * It is looked at before a row of it is planned: a head that goes on in the next piece has none that has ended.
 */
function createHeadCheck(
  object: PinnedObject,
  source: Job['spec']['dataset'],
  dataset: PinnedDataset,
): { look(piece: Uint8Array): void } {
  let before: Uint8Array = new Uint8Array(0)
  let isKnown = false
  return {
    look(piece) {
      if (isKnown) return
      const bytes = before.length === 0 ? piece : Buffer.concat([before, piece])
      isKnown = naming(object, () => checkHead(object, bytes, source, dataset))
      // The piece's memory is read into again.
      before = isKnown ? new Uint8Array(0) : Buffer.from(bytes)
    },
  }
}

/** False when the first row is a long one, and has not ended within the bytes. */
function checkHead(
  object: PinnedObject,
  bytes: Uint8Array,
  source: Job['spec']['dataset'],
  dataset: PinnedDataset,
): boolean {
  const start = bytes.subarray(0, limits.payloadBytesMax)
  try {
    refuseUnreadable(start.subarray(0, headBytes))
    const difference = headerDifference(start, start.length >= object.bytes, source, dataset)
    if (difference === undefined) return true
    throw new PlanningError('header_mismatch', `${sourceOf(object).uri} has ${difference}`)
  } catch (error) {
    const mayEnd = error instanceof CsvError && error.code === 'head_incomplete'
    if (mayEnd && start.length === bytes.length && bytes.length < object.bytes) return false
    throw error
  }
}

/** What is wrong with a table names the object that it is wrong in. */
function naming<T>(object: PinnedObject, look: () => T): T {
  try {
    return look()
  } catch (error) {
    if (error instanceof CsvError) error.message += ` in ${sourceOf(object).uri}`
    throw error
  }
}

function headerDifference(
  bytes: Uint8Array,
  isWhole: boolean,
  source: Job['spec']['dataset'],
  dataset: PinnedDataset,
): string | undefined {
  const { header } = source.csv
  if (header === 'absent' || source.format === 'jsonl') return undefined
  return headDifference(dataset, inspectNext(dataset, bytes, dialectOf(source), header, isWhole))
}
