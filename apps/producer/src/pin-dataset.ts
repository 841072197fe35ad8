import { chooseColumns, CsvError, headBytes, inspectHead } from '@millrace/csv'
import {
  type DatasetPin,
  dialectOf,
  type Documents,
  type Job,
  type PinnedDataset,
  type PinnedObject,
  readPinnedDataset,
  sourceOf,
  writePinnedDataset,
} from '@millrace/job'
import { type Compression, compressionOf } from '@millrace/storage'
import { PlanningError } from './planning-error.ts'

export interface Deps {
  readonly documents: Documents
  /** Each object of a URI in a stable order, held to what it is now. */
  pin(uri: string, signal: AbortSignal): Promise<readonly PinnedObject[]>
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
 * @throws {StorageError} when the dataset is missing or may not be read.
 * @throws {CsvError} when its first bytes are no table of the job's dialect, or have not the columns
 *   that the job names.
 * @throws {PlanningError} `dataset_empty`
 */
export async function pinDataset(
  deps: Deps,
  job: Job,
  signal: AbortSignal,
): Promise<PinnedDataset> {
  if (job.dataset !== undefined) return await readPinnedDataset(deps.documents, job.dataset, signal)

  const { dataset: source, output } = job.spec
  const originals = await deps.pin(source.uri, signal)
  const packing =
    source.compression === 'auto' ? await packingOf(deps, originals, signal) : source.compression
  const objects = packing === 'none' ? originals : await deps.spool(originals, packing, signal)
  const { header, columns, width } = await readFirstHead(deps, objects, source, signal)
  const dataset = { objects, header, width, ...(columns === undefined ? {} : { columns }) }
  chooseColumns(dataset, source.features)
  if (Array.isArray(output.join)) chooseColumns(dataset, { include: output.join })
  const pin = await writePinnedDataset(deps.documents, dataset, signal)
  const held = await deps.recordPin(job, pin, signal)
  return held.digest === pin.digest
    ? dataset
    : await readPinnedDataset(deps.documents, held, signal)
}

/** By the first bytes of the first object that has any; the others are held to it as they are read. */
async function packingOf(
  deps: Deps,
  objects: readonly PinnedObject[],
  signal: AbortSignal,
): Promise<Compression | 'none'> {
  const first = objects.find(({ bytes }) => bytes > 0)
  if (first === undefined) return 'none'
  const end = Math.min(first.bytes, COMPRESSION_BYTES)
  return compressionOf(await deps.read(first, { start: 0, end }, signal))
}

const COMPRESSION_BYTES = 4

/** The head of the first object that has a row; those before it are empty, or blank lines. */
async function readFirstHead(
  deps: Deps,
  objects: readonly PinnedObject[],
  dataset: Job['spec']['dataset'],
  signal: AbortSignal,
): Promise<ReturnType<typeof inspectHead>> {
  for (const object of objects.filter(({ bytes }) => bytes > 0)) {
    const head = await readHead(deps, object, dataset, signal)
    if (head.width > 0) return head
  }
  throw new PlanningError('dataset_empty', `${dataset.uri} has no row`)
}

async function readHead(
  deps: Deps,
  object: PinnedObject,
  dataset: Job['spec']['dataset'],
  signal: AbortSignal,
): Promise<ReturnType<typeof inspectHead>> {
  const end = Math.min(object.bytes, headBytes)
  const bytes = await deps.read(object, { start: 0, end }, signal)
  try {
    const header = dataset.format === 'jsonl' ? 'absent' : dataset.csv.header
    return inspectHead(bytes, dialectOf(dataset), header, end === object.bytes)
  } catch (error) {
    if (error instanceof CsvError) error.message += ` in ${sourceOf(object).uri}`
    throw error
  }
}
