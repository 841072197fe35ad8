import type { PinnedObject } from '@millrace/job'
import type { Fill } from './file/fill.ts'
import type { Writer } from './storage.ts'

/** A round trip to S3 is long: larger pieces than of files. */
export const S3_STREAMING = { pieceBytes: 8 * 1024 * 1024, inFlight: 4 }

/** What S3 and the file system each do in their own way; `createStorage` builds the rest on it. */
export interface Backend {
  /** How a stream reads unless told otherwise: large enough to hide one round trip. */
  readonly streaming: { readonly pieceBytes: number; readonly inFlight: number }
  pinOne(uri: string, signal: AbortSignal): Promise<PinnedObject>
  /** All objects below `uri`, in any order. */
  list(uri: string, objectsMax: number, signal: AbortSignal): Promise<PinnedObject[]>
  /**
   * Fills all of `target` with the bytes from `start`, of the pinned version, or throws. `fill` is how
   * they are got out of a file, by Node's pool unless given.
   */
  readInto(
    object: PinnedObject,
    start: number,
    target: Uint8Array,
    signal: AbortSignal,
    fill?: Fill,
  ): Promise<void>
  readDocument(uri: string, bytesMax: number, signal: AbortSignal): Promise<Buffer | undefined>
  writeDocument(
    uri: string,
    bytes: Uint8Array,
    options: { readonly ifAbsent?: boolean },
    signal: AbortSignal,
  ): Promise<'written' | 'exists'>
  createWriter(uri: string, signal: AbortSignal): Promise<Writer>
  remove(uri: string, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}
