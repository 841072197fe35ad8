import assert from 'node:assert/strict'
import { type ByteRange, lengthOf, type PinnedObject } from '@millrace/job'
import type { Backend } from './backend.ts'
import { decompress, type DecompressOptions } from './decompress.ts'
import { createFileBackend } from './file/backend.ts'
import { guardWriter } from './guard-writer.ts'
import { isManifest, pinManifest } from './manifest.ts'
import type { Occupant, WriteOver } from './occupant.ts'
import { StorageError } from './storage-error.ts'
import { type StreamOptions, streamObject } from './stream.ts'
import { placeOf } from './uri.ts'
import type { Writer } from './writer.ts'

/** A dataset that is to be pinned. */
export interface Wanted {
  readonly uri: string
  /** Of a single object in S3, that which is meant; what lies there when absent. */
  readonly version?: string | undefined
}

/** Datasets, documents and results, in S3 and in folders. Every failure is a `StorageError`. */
export interface Storage {
  /**
   * Holds a dataset to what it is now. One object for a key or file; all objects below a URI that
   * ends in `/`, in the byte order of their URIs' keys; the objects that a SageMaker manifest names
   * (a URI that ends in `.manifest`), in its order. Never empty, at most 100,000.
   */
  pin(uri: string, signal: AbortSignal): Promise<readonly PinnedObject[]>
  /**
   * Like `pin`, for who may not read everything: of each object that a manifest names is asked first, before
   * one of them is looked at. What lies below a prefix needs no asking.
   *
   * @param refusal a sentence where an object may not be read, nothing where it may.
   * @throws {StorageError} `manifest_invalid`, with the entry and that sentence.
   */
  pinAllowed(
    dataset: Wanted,
    refusal: (uri: string) => string | undefined,
    signal: AbortSignal,
  ): Promise<readonly PinnedObject[]>
  /** Exactly the bytes of the range, of the pinned version; otherwise throws `object_changed`. */
  read(object: PinnedObject, range: ByteRange, signal: AbortSignal): Promise<Buffer>
  /** The same into memory of the caller's, which it fills from byte `start` of the object on. */
  readInto(
    object: PinnedObject,
    start: number,
    target: Uint8Array,
    signal: AbortSignal,
  ): Promise<void>
  /**
   * The pinned object from `start`, in order, several ranged reads in flight. Leaving the loop early
   * waits until no read fills a buffer any more.
   */
  stream(
    object: PinnedObject,
    options: StreamOptions,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined>
  /** What a pinned, compressed object holds, in order; see `decompress` for its errors. */
  decompress(
    object: PinnedObject,
    options: Omit<DecompressOptions, 'uri'>,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined>
  /** A small document, whole; undefined when absent, `too_large` above `bytesMax`. */
  readDocument(uri: string, bytesMax: number, signal: AbortSignal): Promise<Buffer | undefined>
  /**
   * Writes a small document, whole or not at all, durable when it resolves. With `ifAbsent` a
   * document that is there stays as it is and the outcome is `exists`; that is also the outcome when
   * the answer to our own first try was lost, so who must know reads and compares.
   */
  writeDocument(
    uri: string,
    bytes: Uint8Array,
    options: { readonly ifAbsent?: boolean },
    signal: AbortSignal,
  ): Promise<'written' | 'exists'>
  /**
   * A large result. Nothing is visible under `uri` until `commit`. A process that dies before leaves a
   * temporary file beside it (`.name.….tmp`), or in S3 an unfinished upload, which a lifecycle rule of
   * the bucket removes.
   */
  createWriter(uri: string, signal: AbortSignal): Promise<Writer>
  /**
   * What lies under a name now, for a later `commit` or `remove` to depend on. S3 holds a write to it. A file
   * system cannot compare and replace in one step: there it is compared just before.
   */
  occupantOf(uri: string, signal: AbortSignal): Promise<Occupant>
  /**
   * Removes one object or file; that it is not there is fine. Over nothing there is nothing to remove.
   *
   * @throws {StorageError} `conflict` where something else than `over` lies there.
   */
  remove(uri: string, options: WriteOver, signal: AbortSignal): Promise<void>
  /** Closes what is held open. Reads after it open anew. */
  close(): Promise<void>
}

export interface StorageOptions {
  /** `s3WhenWanted`, or `createS3Backend` over a client. Without it `s3:` URIs are refused. */
  readonly s3?: Backend
}

/** Opens storage by URI scheme: `file:///path` and `s3://bucket/key`. */
export function createStorage({ s3 }: StorageOptions): Storage {
  const file = createFileBackend()
  const backendOf = (uri: string): Backend => {
    if (placeOf(uri).kind === 'file') return file
    if (s3) return s3
    throw new StorageError('uri_invalid', 'open', uri, 'no S3 client was given')
  }
  const backendOfOne = (uri: string): Backend => {
    if (!uri.endsWith('/')) return backendOf(uri)
    throw new StorageError('uri_invalid', 'open', uri, 'wanted one object, got a folder')
  }
  return {
    pin: async (uri, signal) => pin(backendOf, { uri }, () => undefined, signal),
    pinAllowed: async (dataset, refusal, signal) => pin(backendOf, dataset, refusal, signal),
    read: async (object, range, signal) => read(backendOf(object.uri), object, range, signal),
    readInto: async (object, start, target, signal) =>
      readInto(backendOf(object.uri), object, start, target, signal),
    stream: (object, streaming, signal) =>
      streamObject(backendOf(object.uri), object, streaming, signal),
    decompress: (object, options, signal) =>
      decompress(streamObject(backendOf(object.uri), object, COMPRESSED_READS, signal), {
        ...options,
        uri: object.uri,
      }),
    readDocument: async (uri, bytesMax, signal) =>
      backendOfOne(uri).readDocument(uri, bytesMax, signal),
    writeDocument: async (uri, bytes, how, signal) =>
      backendOfOne(uri).writeDocument(uri, bytes, how, signal),
    createWriter: async (uri, signal) =>
      guardWriter(await backendOfOne(uri).createWriter(uri, signal)),
    occupantOf: async (uri, signal) => backendOfOne(uri).occupantOf(uri, signal),
    async remove(uri, options, signal) {
      const nothing = options.over !== undefined && options.over.version === undefined
      if (!nothing) await backendOfOne(uri).remove(uri, options, signal)
    },
    close: async () => {
      await Promise.all([file.close(), s3?.close()])
    },
  }
}

/** Decoding is slower than reading, so small reads do. */
const COMPRESSED_READS = { pieceBytes: 1024 * 1024 }

const OBJECTS_MAX = 100_000

async function pin(
  backendOf: (uri: string) => Backend,
  { uri, version }: Wanted,
  refusal: (uri: string) => string | undefined,
  signal: AbortSignal,
): Promise<readonly PinnedObject[]> {
  const backend = backendOf(uri)
  const bounds = { objectsMax: OBJECTS_MAX, refusal }
  if (isManifest(uri)) return pinManifest(backend, uri, bounds, signal)
  if (!uri.endsWith('/')) return [await backend.pinOne(uri, signal, version)]
  const objects = await backend.list(uri, OBJECTS_MAX, signal)
  if (objects.length === 0) {
    throw new StorageError('object_missing', 'pin', uri, 'there is nothing below it')
  }
  return inByteOrder(objects)
}

/** S3 lists in this order, but not in every kind of bucket; folders have no order at all. */
function inByteOrder(objects: readonly PinnedObject[]): PinnedObject[] {
  return objects
    .map((object) => ({ object, key: Buffer.from(nameOf(object.uri)) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ object }) => object)
}

function nameOf(uri: string): string {
  const place = placeOf(uri)
  return place.kind === 's3' ? place.key : place.path
}

async function read(
  backend: Backend,
  object: PinnedObject,
  range: ByteRange,
  signal: AbortSignal,
): Promise<Buffer> {
  assertWithin(object, range)
  const target = Buffer.allocUnsafe(lengthOf(range))
  if (target.length > 0) await backend.readInto(object, range.start, target, signal)
  return target
}

async function readInto(
  backend: Backend,
  object: PinnedObject,
  start: number,
  target: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  assertWithin(object, { start, end: start + target.length })
  if (target.length > 0) await backend.readInto(object, start, target, signal)
}

function assertWithin({ bytes }: PinnedObject, { start, end }: ByteRange): void {
  const isWithin = 0 <= start && start <= end && end <= bytes
  assert(isWithin, `bytes ${start} to ${end} of an object of ${bytes}`)
}
