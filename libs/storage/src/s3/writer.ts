import assert from 'node:assert/strict'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { Writer } from '../storage.ts'
import { PARTS_MAX, partBytes } from './part-size.ts'
import { bucketAndKey } from './place.ts'
import { type S3Deps, send } from './send.ts'

const PARTS_IN_FLIGHT = 4
const IN_FLIGHT_BYTES_MAX = 64 * 1024 * 1024
const ABORT_TIMEOUT_MS = 30_000

/**
 * Writes one object. What fits the first part goes up by one PutObject; more by a multipart upload,
 * which S3 shows to nobody before it is completed.
 */
export function createS3Writer(deps: S3Deps, uri: string, signal: AbortSignal): Writer {
  const upload = createUpload(deps, uri, signal)
  let buffer = Buffer.allocUnsafe(0)
  let filled = 0
  let part = 0
  let bytes = 0
  const flush = async (): Promise<void> => {
    const full = buffer.subarray(0, filled)
    buffer = Buffer.allocUnsafe(0)
    filled = 0
    part += 1
    await upload.add(part, full)
  }
  return {
    async write(piece) {
      signal.throwIfAborted()
      for (let done = 0; done < piece.length; ) {
        const room = partBytes(part) - filled
        const taken = piece.subarray(done, done + room)
        buffer = withRoom(buffer, filled, filled + taken.length, partBytes(part))
        buffer.set(taken, filled)
        filled += taken.length
        done += taken.length
        if (filled === partBytes(part)) await flush()
      }
      bytes += piece.length
    },
    async commit() {
      signal.throwIfAborted()
      if (part === 0) await putWhole(deps, uri, buffer.subarray(0, filled), signal)
      else {
        if (filled > 0) await flush()
        await upload.complete()
      }
      return { bytes }
    },
    abort: async () => upload.abort(),
  }
}

/** Grows by doubling up to one part, so that a small result does not hold eight megabytes. */
function withRoom(buffer: Buffer<ArrayBuffer>, used: number, needed: number, most: number) {
  if (needed <= buffer.length) return buffer
  const grown = Buffer.allocUnsafeSlow(Math.min(most, Math.max(needed, 2 * buffer.length)))
  buffer.copy(grown, 0, 0, used)
  return grown
}

async function putWhole(deps: S3Deps, uri: string, body: Uint8Array, signal: AbortSignal) {
  const command = new PutObjectCommand({ ...bucketAndKey(uri), Body: body })
  const call = async () => deps.client.send(command, { abortSignal: signal })
  await send(deps, 'write', uri, call, signal)
}

interface Upload {
  /** Takes a part, numbered from 1; waits while too many are on their way. */
  add(part: number, body: Uint8Array): Promise<void>
  complete(): Promise<void>
  abort(): Promise<void>
}

function createUpload(deps: S3Deps, uri: string, signal: AbortSignal): Upload {
  const target = bucketAndKey(uri)
  const stop = new AbortController()
  const sending = AbortSignal.any([signal, stop.signal])
  const parts: { PartNumber: number; ETag: string }[] = []
  const underWay = new Set<Promise<void>>()
  let bytesUnderWay = 0
  let id: string | undefined
  let failure: unknown

  const begin = async (): Promise<string> => {
    const command = new CreateMultipartUploadCommand(target)
    const call = async () => deps.client.send(command, { abortSignal: sending })
    const { UploadId } = await send(deps, 'write', uri, call, sending)
    assert(UploadId !== undefined)
    return UploadId
  }
  const sendPart = async (PartNumber: number, Body: Uint8Array, UploadId: string) => {
    const command = new UploadPartCommand({ ...target, UploadId, PartNumber, Body })
    const call = async () => deps.client.send(command, { abortSignal: sending })
    const { ETag } = await send(deps, 'write', uri, call, sending)
    assert(ETag !== undefined)
    parts.push({ PartNumber, ETag })
  }
  const launch = (part: number, body: Uint8Array, uploadId: string): void => {
    bytesUnderWay += body.length
    const done = sendPart(part, body, uploadId)
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => {
        underWay.delete(done)
        bytesUnderWay -= body.length
      })
    underWay.add(done)
  }
  const throwFailure = (): void => {
    if (failure !== undefined) throw failure as Error
  }
  return {
    async add(part, body) {
      assert(part <= PARTS_MAX)
      id ??= await begin()
      const crowded = () =>
        underWay.size >= PARTS_IN_FLIGHT || bytesUnderWay + body.length > IN_FLIGHT_BYTES_MAX
      while (underWay.size > 0 && crowded()) await Promise.race(underWay)
      throwFailure()
      launch(part, body, id)
    },
    async complete() {
      await Promise.all(underWay)
      throwFailure()
      const Parts = parts.toSorted((a, b) => a.PartNumber - b.PartNumber)
      const MultipartUpload = { Parts }
      const command = new CompleteMultipartUploadCommand({
        ...target,
        UploadId: id,
        MultipartUpload,
      })
      const call = async () => deps.client.send(command, { abortSignal: sending })
      await send(deps, 'write', uri, call, sending)
      id = undefined
    },
    async abort() {
      stop.abort()
      await Promise.all(underWay) // A part that lands after the abort would stay, and be billed.
      if (id === undefined) return
      const command = new AbortMultipartUploadCommand({ ...target, UploadId: id })
      const last = AbortSignal.timeout(ABORT_TIMEOUT_MS)
      const call = async () => deps.client.send(command, { abortSignal: last })
      await send(deps, 'remove the unfinished upload of', uri, call, last)
      id = undefined
    },
  }
}
