import type { ByteRange, PinnedObject } from '@millrace/job'
import type { Readers } from './file/readers.ts'
import type { Occupant, WriteOver } from './occupant.ts'
import type { Writer } from './writer.ts'

/** A round trip to S3 is long: larger pieces than of files. */
export const S3_STREAMING = { pieceBytes: 8 * 1024 * 1024, inFlight: 4 }

/** What S3 and the file system each do in their own way; `createStorage` builds the rest on it. */
export interface Backend {
  /** How a stream reads unless told otherwise: large enough to hide one round trip. */
  readonly streaming: { readonly pieceBytes: number; readonly inFlight: number }
  /** @param version that which is wanted and no other, where a store keeps versions; else what lies there. */
  pinOne(uri: string, signal: AbortSignal, version?: string): Promise<PinnedObject>
  /** All objects below `uri`, in any order. */
  list(uri: string, objectsMax: number, signal: AbortSignal): Promise<PinnedObject[]>
  /** Fills all of `target` with the bytes from `start`, of the pinned version, or throws. */
  readInto(
    object: PinnedObject,
    start: number,
    target: Uint8Array,
    signal: AbortSignal,
  ): Promise<void>
  /** A range of the pinned version in order, got by readers where they can. */
  streamBy?(
    readers: Readers,
    object: PinnedObject,
    range: ByteRange,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined>
  readDocument(uri: string, bytesMax: number, signal: AbortSignal): Promise<Buffer | undefined>
  writeDocument(
    uri: string,
    bytes: Uint8Array,
    options: { readonly ifAbsent?: boolean },
    signal: AbortSignal,
  ): Promise<'written' | 'exists'>
  createWriter(uri: string, signal: AbortSignal): Promise<Writer>
  occupantOf(uri: string, signal: AbortSignal): Promise<Occupant>
  remove(uri: string, options: WriteOver, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}
