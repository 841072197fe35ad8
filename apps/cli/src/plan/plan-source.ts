import { basename, resolve } from 'node:path'
import { stat } from 'node:fs/promises'
import type { JobSpec, PinnedObject } from '@millrace/job'
import { limits } from '@millrace/job'
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

/** One object of the dataset, as it is to be cut: decompressed, from its first byte on. */
export interface SourceObject {
  readonly name: string
  /** As it is stored; unknown of standard input. */
  readonly bytesStored?: number
  readonly pieces: () => AsyncIterable<Uint8Array>
}

export interface Source extends AsyncDisposable {
  readonly objects: readonly SourceObject[]
}

/**
 * Opens what the person named. Compression is told by the first bytes of each object unless `typed`
 * says it.
 *
 * @throws {StorageError} when it is missing or may not be read.
 */
export async function openSource(
  data: string,
  { dataset }: JobSpec,
  typed: Compression | 'none' | undefined,
  { region }: { readonly region?: string },
  { stdin, stop, env }: Pick<World, 'stdin' | 'stop' | 'env'>,
): Promise<Source> {
  if (data === '-') {
    const input = stdin as AsyncIterable<Uint8Array>
    const whole = { uri: 'standard input', bytesMax: limits.expandedBytesMax }
    const object = { name: 'standard input', pieces: () => opened(input, typed, whole) }
    return { objects: [object], [Symbol.asyncDispose]: async () => {} }
  }
  const storage = await openStorage(data, { env, ...(region === undefined ? {} : { region }) })
  const close = () => storage[Symbol.asyncDispose]()
  try {
    const pinned = await storage.pin(
      data.startsWith('s3://') ? dataset.uri : await folderAware(data),
      stop,
    )
    const objects = pinned.map((object) => objectOf(storage, object, typed, stop))
    return { objects, [Symbol.asyncDispose]: close }
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

function objectOf(
  storage: Storage,
  object: PinnedObject,
  typed: Compression | 'none' | undefined,
  signal: AbortSignal,
): SourceObject {
  const { expandedBytesFree, expansionMax } = limits
  const bytesMax = Math.max(expandedBytesFree, object.bytes * expansionMax)
  return {
    name: basename(object.uri),
    bytesStored: object.bytes,
    pieces: () =>
      opened(storage.stream(object, { buffers: ring() }, signal), typed, {
        uri: object.uri,
        bytesMax,
      }),
  }
}

/** Memory that is read into over and over: a piece is good until the next one is asked for. */
const ring = (): Uint8Array[] => Array.from({ length: 5 }, () => Buffer.alloc(1024 * 1024))

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
