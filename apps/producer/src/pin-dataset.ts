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

/** The first bytes of an object. */
type ReadHead = (object: PinnedObject) => Promise<Buffer>

/** Reads a head once, when it is asked for twice in a row: for its packing, and for its rows. */
function headReader(deps: Pick<Deps, 'read'>, signal: AbortSignal): ReadHead {
  let latest: { readonly object: PinnedObject; readonly head: Buffer } | undefined
  return async (object) => {
    if (latest?.object === object) return latest.head
    const end = Math.min(object.bytes, headBytes)
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

/** The head of the first object that has a row; those before it are empty, or blank lines. */
async function inspectFirst(
  objects: readonly PinnedObject[],
  readHead: ReadHead,
  dataset: Job['spec']['dataset'],
): Promise<ReturnType<typeof inspectHead>> {
  for (const object of objects.filter(({ bytes }) => bytes > 0)) {
    const head = inspect(object, await readHead(object), dataset)
    if (head.width > 0) return head
  }
  throw new PlanningError('dataset_empty', `${dataset.uri} has no row`)
}

function inspect(
  object: PinnedObject,
  head: Buffer,
  dataset: Job['spec']['dataset'],
): ReturnType<typeof inspectHead> {
  try {
    const header = dataset.format === 'jsonl' ? 'absent' : dataset.csv.header
    return inspectHead(head, dialectOf(dataset), header, object.bytes <= headBytes)
  } catch (error) {
    if (error instanceof CsvError) error.message += ` in ${sourceOf(object).uri}`
    throw error
  }
}
