import { chooseColumns, CsvError, type Head, headBytes, headOf, inspectHead } from '@millrace/csv'
import {
  type DatasetPin,
  dialectOf,
  type Documents,
  type Job,
  limits,
  type PinnedDataset,
  type PinnedObject,
  readPinnedDataset,
  sourceOf,
  writePinnedDataset,
} from '@millrace/job'
import { type Compression, compressionOf, whyOverDataset } from '@millrace/storage'
import { PlanningError } from '../planning-error.ts'

export interface Deps {
  readonly documents: Documents
  /** Each object of a dataset in a stable order, held to what it is now, or to the version that is asked for. */
  pin(
    dataset: Pick<Job['spec']['dataset'], 'uri' | 'version'>,
    signal: AbortSignal,
  ): Promise<readonly PinnedObject[]>
  read(
    object: PinnedObject,
    range: { start: number; end: number },
    signal: AbortSignal,
  ): Promise<Buffer>
  /** Decompresses objects once; the copies take their place. */
  spool(
    objects: readonly PinnedObject[],
    compression: Compression,
    signal: AbortSignal,
  ): Promise<readonly PinnedObject[]>
  /** Records the pin unless there is one; gives back the pin that holds. */
  recordPin(job: Job, pin: DatasetPin, signal: AbortSignal): Promise<DatasetPin>
}

/**
 * Pins a job's dataset: its objects with their versions, whether they have a header, how wide a row
 * is. The first pin holds; every later read of the job, by whichever app, is held to it.
 *
 * @throws {StorageError} when the dataset is missing or may not be read, or an object has a name that its result
 *   cannot have.
 * @throws {CsvError} when its first bytes are no table of the job's dialect, or have not the columns
 *   that the job names.
 * @throws {PlanningError} `dataset_empty`; `output_taken`, where the job would write over one of its objects.
 */
export async function pinDataset(
  deps: Deps,
  job: Job,
  signal: AbortSignal,
): Promise<PinnedDataset> {
  if (job.dataset !== undefined) return await readPinnedDataset(deps.documents, job.dataset, signal)

  const { dataset: source, output } = job.spec
  const originals = await deps.pin(source, signal)
  // Before all is scored, and not when the first result is written.
  const reason = whyOverDataset(job.spec, originals)
  if (reason !== undefined) throw new PlanningError('output_taken', reason)
  const readHead = headReader(deps, signal)
  const packing =
    source.compression === 'auto' ? await packingOf(originals, readHead) : source.compression
  const objects = packing === 'none' ? originals : await deps.spool(originals, packing, signal)
  const { header, columns, width } = await inspectFirst(objects, readHead, source)
  const dataset = { objects, header, width, ...(columns === undefined ? {} : { columns }) }
  chooseColumns(dataset, source.features)
  if (Array.isArray(output.join)) chooseColumns(dataset, { include: output.join })
  const pin = await writePinnedDataset(deps.documents, dataset, signal)
  const held = await deps.recordPin(job, pin, signal)
  return held.digest === pin.digest
    ? dataset
    : await readPinnedDataset(deps.documents, held, signal)
}

/** The first bytes of an object: `headBytes` unless said. */
type ReadHead = (object: PinnedObject, bytesMax?: number) => Promise<Buffer>

/** Reads a head once, when it is asked for twice in a row: for its packing, and for its rows. */
function headReader(deps: Pick<Deps, 'read'>, signal: AbortSignal): ReadHead {
  let latest: { readonly object: PinnedObject; readonly head: Buffer } | undefined
  return async (object, bytesMax = headBytes) => {
    const end = Math.min(object.bytes, bytesMax)
    if (latest?.object === object && latest.head.length === end) return latest.head
    const head = await deps.read(object, { start: 0, end }, signal)
    latest = { object, head }
    return head
  }
}

/** By the first bytes of the first object that has any; the others are held to it as they are read. */
async function packingOf(
  objects: readonly PinnedObject[],
  readHead: ReadHead,
): Promise<Compression | 'none'> {
  const first = objects.find(({ bytes }) => bytes > 0)
  return first === undefined ? 'none' : compressionOf(await readHead(first))
}

/** The head of the first objects that have a row; those before them are empty, or blank lines. */
async function inspectFirst(
  objects: readonly PinnedObject[],
  readHead: ReadHead,
  dataset: Job['spec']['dataset'],
): Promise<Head> {
  async function* heads(): AsyncGenerator<Head> {
    for (const object of objects.filter(({ bytes }) => bytes > 0)) {
      yield await inspect(object, readHead, dataset)
    }
  }
  const head = await headOf(heads())
  if (head === undefined) throw new PlanningError('dataset_empty', `${dataset.uri} has no row`)
  return head
}

/** A first row that is larger than a head is read on, as far as one payload may be. */
async function inspect(
  object: PinnedObject,
  readHead: ReadHead,
  dataset: Job['spec']['dataset'],
  bytesMax: number = headBytes,
): Promise<Head> {
  const bytes = await readHead(object, bytesMax)
  const isWhole = object.bytes <= bytesMax
  try {
    const header = dataset.format === 'jsonl' ? 'absent' : dataset.csv.header
    return inspectHead(bytes, dialectOf(dataset), header, isWhole)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    if (error.code === 'head_incomplete' && bytesMax < limits.payloadBytesMax) {
      return await inspect(object, readHead, dataset, limits.payloadBytesMax)
    }
    error.message += ` in ${sourceOf(object).uri}`
    throw error
  }
}
