import assert from 'node:assert/strict'
import type { PinnedObject } from '@millrace/job'
import type { Backend } from './backend.ts'
import type { Readers } from './file/readers.ts'

export interface StreamOptions {
  /** First byte wanted; 0 unless given. */
  readonly start?: number
  /** Byte after the last one wanted; the object's end unless given. */
  readonly end?: number
  /** Bytes of one ranged read, and so of each piece but the last. S3 8 MiB, files 1 MiB. */
  readonly pieceBytes?: number
  /** Ranged reads in flight; 4 unless given. */
  readonly inFlight?: number
  /**
   * Buffers to fill, at least two; their number and the size of the smallest take the place of
   * `inFlight` and `pieceBytes`. A piece is then a view of one of them, good until the next piece is
   * asked for. Without them each piece has memory of its own, and the caller may keep it.
   */
  readonly buffers?: readonly Uint8Array[]
  /** Who reads files, into memory of their own and not into `buffers`. Of no use in S3. */
  readonly readers?: Readers
}

/**
 * Pieces of one object in order. A ring of reads: the oldest is awaited and handed out; when the
 * caller comes back for more, its place in the ring is taken by the next read.
 */
export function streamObject(
  backend: Backend,
  object: PinnedObject,
  options: StreamOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { start = 0, end = object.bytes, readers } = options
  assert(0 <= start && start <= end && end <= object.bytes)
  if (readers === undefined || backend.streamBy === undefined)
    return streamRing(backend, object, options, signal)
  return backend.streamBy(readers, object, { start, end }, signal)
}

async function* streamRing(
  backend: Backend,
  object: PinnedObject,
  options: StreamOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { start, end, pieceBytes, slots } = layOut(backend, object, options)
  const stop = new AbortController()
  const reading = AbortSignal.any([signal, stop.signal])
  const ring: Promise<Uint8Array>[] = []
  const readPiece = async (from: number, slot: number): Promise<Uint8Array> => {
    const bytes = Math.min(pieceBytes, end - from)
    const target = options.buffers?.[slot]?.subarray(0, bytes) ?? Buffer.allocUnsafeSlow(bytes)
    await backend.readInto(object, from, target, reading)
    return target
  }
  let next = start
  const launch = (slot: number): void => {
    if (next >= end) return
    const piece = readPiece(next, slot)
    piece.catch(() => {}) // It is awaited in its turn; until then a failure is not unhandled.
    ring.push(piece)
    next += pieceBytes
  }
  try {
    for (let slot = 0; slot < slots; slot += 1) launch(slot)
    for (let slot = 0; ring.length > 0; slot = (slot + 1) % slots) {
      yield await ring[0]!
      void ring.shift()
      launch(slot)
    }
  } finally {
    stop.abort()
    await Promise.allSettled(ring)
  }
}

function layOut(backend: Backend, object: PinnedObject, options: StreamOptions) {
  const { start = 0, end = object.bytes, buffers } = options
  assert(buffers === undefined || buffers.length >= 2, 'a stream wants two buffers or more')
  const pieceBytes = buffers
    ? Math.min(...buffers.map((buffer) => buffer.byteLength))
    : (options.pieceBytes ?? backend.streaming.pieceBytes)
  const slots = buffers?.length ?? options.inFlight ?? backend.streaming.inFlight
  assert(pieceBytes > 0 && slots > 0)
  return { start, end, pieceBytes, slots }
}
