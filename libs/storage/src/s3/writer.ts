import { PutObjectCommand } from '@aws-sdk/client-s3'
import type { Writer } from '../writer.ts'
import type { Occupant } from '../occupant.ts'
import { conditionOver, etagOf, sendOver } from './occupant.ts'
import { OBJECT_BYTES_MAX, partBytes } from './part-size.ts'
import { bucketAndKey } from './place.ts'
import { StorageError } from '../storage-error.ts'
import type { S3Deps } from './send.ts'
import { beginUpload, type Upload } from './upload.ts'

/**
 * Writes one object. What fits the first part goes up by one PutObject; more by a multipart upload.
 * Memory: the part that is being filled and what is on its way, 8 + 32 MiB up to 3 GB of result, and
 * 64 + 64 MiB from 24 GB on.
 *
 * @param bytesOf of each part, counted from 0; S3 takes none below 5 MiB but the last.
 */
export function createS3Writer(
  deps: S3Deps,
  uri: string,
  signal: AbortSignal,
  bytesOf: (part: number) => number = partBytes,
): Writer {
  let upload: Upload | undefined
  let buffer = Buffer.alloc(0)
  let filled = 0
  let part = 0
  let bytes = 0
  const flush = async (): Promise<void> => {
    upload ??= await beginUpload(deps, uri, signal)
    await upload.add(buffer.subarray(0, filled))
    buffer = Buffer.alloc(0)
    filled = 0
    part += 1
  }
  return {
    async write(piece) {
      signal.throwIfAborted()
      if (bytes + piece.length > OBJECT_BYTES_MAX) throw tooLarge(uri)
      for (let done = 0; done < piece.length; ) {
        const taken = piece.subarray(done, done + bytesOf(part) - filled)
        buffer = withRoom(buffer, filled, filled + taken.length, { part, most: bytesOf(part) })
        buffer.set(taken, filled)
        filled += taken.length
        done += taken.length
        if (filled === bytesOf(part)) await flush()
      }
      bytes += piece.length
    },
    async commit({ over } = {}) {
      signal.throwIfAborted()
      if (upload && filled > 0) await flush()
      const version = upload
        ? await upload.complete(over)
        : await putWhole(deps, uri, buffer.subarray(0, filled), over, signal)
      return { bytes, version }
    },
    abort: async () => upload?.abort(),
  }
}

const tooLarge = (uri: string): StorageError =>
  new StorageError('too_large', 'write', uri, `more than ${OBJECT_BYTES_MAX} bytes`, {
    hint: 'of a result, write one file for each object (output.files: per_object) or join fewer columns; divide a packed input',
  })

/**
 * Grows by doubling up to one part, so that a small result does not hold eight megabytes. Parts after the
 * first are filled: growing would only hold what they have twice.
 */
function withRoom(
  buffer: Buffer<ArrayBuffer>,
  used: number,
  needed: number,
  { part, most }: { readonly part: number; readonly most: number },
): Buffer<ArrayBuffer> {
  if (needed <= buffer.length) return buffer
  const wanted = part === 0 ? Math.min(most, Math.max(needed, 2 * buffer.length)) : most
  const grown = Buffer.allocUnsafeSlow(wanted)
  buffer.copy(grown, 0, 0, used)
  return grown
}

async function putWhole(
  deps: S3Deps,
  uri: string,
  body: Uint8Array,
  over: Occupant | undefined,
  signal: AbortSignal,
): Promise<string> {
  const command = new PutObjectCommand({ ...bucketAndKey(uri), Body: body, ...conditionOver(over) })
  const call = async () => deps.client.send(command, { abortSignal: signal })
  const { ETag } = await sendOver(deps, 'write', uri, over, call, signal)
  return etagOf(uri, ETag)
}
