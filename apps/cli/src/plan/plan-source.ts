import { basename, resolve } from 'node:path'
import { stat } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import type { JobSpec, PinnedObject } from '@millrace/job'
import { datasetByName, dialectOf, limits } from '@millrace/job'
import type { Slots } from '@millrace/csv'
import {
  type Compression,
  compressionOf,
  decompress,
  fileUri,
  type Storage,
} from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import { openStorage } from '../dataset/open-storage.ts'
import type { World } from '../world.ts'
import { createFileReading, type FileReading } from './file-reading.ts'
import { type Asked, planSpec } from './plan-spec.ts'

/** One object of the dataset, as it is to be cut: decompressed, from its first byte on. */
export interface SourceObject {
  readonly name: string
  /** As it is stored; unknown of standard input. */
  readonly bytesStored?: number
  /** Small, and so far away that what takes time is to ask for it: it is asked for before its turn. */
  readonly isAskedAhead?: boolean
  readonly pieces: () => AsyncIterable<Uint8Array>
}

export interface Source extends AsyncDisposable {
  /** How all of it is read. */
  readonly spec: JobSpec
  readonly objects: readonly SourceObject[]
  /** Memory that some pieces lie in, for who cuts them. */
  readonly slots?: Slots
}

/**
 * Opens what the person named. How it is read is told by the first object that has bytes, as a run has it:
 * format and delimiter by its name, compression by its first bytes. All objects are taken to be alike, and
 * what is wanted comes before it.
 *
 * @throws {StorageError} when it is missing or may not be read.
 * @throws {ContractError} when what is wanted makes no sense.
 */
export async function openSource(
  data: string,
  asked: Asked,
  { region }: { readonly region?: string },
  { stdin, stop, env }: Pick<World, 'stdin' | 'stop' | 'env'>,
): Promise<Source> {
  const said = asked.wanted.dataset?.compression
  const typed = said === 'auto' ? undefined : said
  if (data === '-') {
    const whole = { uri: 'standard input', bytesMax: limits.expandedBytesMax }
    // Who pipes into it may stall for ever.
    const input = (): Readable => addAbortSignal(stop, stdin as Readable)
    const object = { name: 'standard input', pieces: () => opened(input(), typed, whole) }
    const spec = planSpec(asked, data, {})
    return { spec, objects: [object], [Symbol.asyncDispose]: async () => {} }
  }
  const storage = await openStorage(data, { env, ...(region === undefined ? {} : { region }) })
  const close = () => storage[Symbol.asyncDispose]()
  try {
    const uri = data.startsWith('s3://') ? data : await folderAware(data)
    const pinned = await storage.pin(uri, stop)
    const first = pinned.find(({ bytes }) => bytes > 0)
    const packing = typed ?? (first && (await packingOf(storage, first, stop)))
    const looks = datasetByName(first?.uri ?? data)
    const spec = planSpec(asked, data, { ...looks, ...(packing && { compression: packing }) })
    const files = createFileReading(pinned, dialectOf(spec.dataset))
    const objects = pinned.map((object) => objectOf({ storage, files }, object, packing, stop))
    return {
      spec,
      objects,
      ...(files === undefined ? {} : { slots: files.slots }),
      async [Symbol.asyncDispose]() {
        await files?.[Symbol.asyncDispose]()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** A folder is meant as one, with or without its slash. */
async function folderAware(path: string): Promise<string> {
  const uri = path.startsWith('file://') ? path : fileUri(resolve(path))
  const found = path.startsWith('file://')
    ? undefined
    : await stat(path).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') return undefined
        throw new CliError(`${path}: no such file or folder`, { cause })
      })
  return found?.isDirectory() === true || path.endsWith('/') ? `${uri.replace(/\/$/, '')}/` : uri
}

interface Reads {
  readonly storage: Storage
  readonly files: FileReading | undefined
}

function objectOf(
  reads: Reads,
  object: PinnedObject,
  packing: Compression | 'none' | undefined,
  signal: AbortSignal,
): SourceObject {
  const { expandedBytesFree, expansionMax } = limits
  const bytesMax = Math.max(expandedBytesFree, object.bytes * expansionMax)
  return {
    name: basename(object.uri),
    bytesStored: object.bytes,
    isAskedAhead: object.uri.startsWith('s3:') && object.bytes <= PIECE_BYTES,
    pieces: () => piecesOf(reads, object, packing, bytesMax, signal),
  }
}

/** A plain file is read as a producer reads it. */
async function* piecesOf(
  { storage, files }: Reads,
  object: PinnedObject,
  packing: Compression | 'none' | undefined,
  bytesMax: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (files !== undefined && packing === 'none') {
    yield* storage.stream(object, { readers: files.readers() }, signal)
  } else {
    const stream = storage.stream(object, { buffers: ring(object.bytes) }, signal)
    yield* opened(stream, packing, { uri: object.uri, bytesMax })
  }
}

/** Its first four bytes tell. */
async function packingOf(
  storage: Storage,
  object: PinnedObject,
  signal: AbortSignal,
): Promise<Compression | 'none'> {
  const range = { start: 0, end: Math.min(object.bytes, 4) }
  return compressionOf(await storage.read(object, range, signal))
}

/** Memory that is read into over and over: a piece is good until the next one is asked for. */
const ring = (bytes: number): Uint8Array[] =>
  Array.from({ length: 5 }, () => Buffer.alloc(Math.max(1, Math.min(bytes, PIECE_BYTES))))

/** Of the smallest objects there may be a hundred thousand. */
const PIECE_BYTES = 1024 * 1024

async function* opened(
  pieces: AsyncIterable<Uint8Array>,
  typed: Compression | 'none' | undefined,
  about: { readonly uri: string; readonly bytesMax: number },
): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done === true) return
  const compression = typed ?? compressionOf(first.value)
  const whole = resumed(first.value, iterator)
  yield* compression === 'none' ? whole : decompress(whole, { ...about, compression })
}

async function* resumed(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield first
  yield* { [Symbol.asyncIterator]: () => rest }
}
