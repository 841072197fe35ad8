import { addAbortSignal, type Readable } from 'node:stream'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { PinnedObject } from '@millrace/job'
import { StorageError } from '../storage-error.ts'
import { checkRange } from './check-range.ts'
import { bucketAndKey } from './place.ts'
import { type S3Deps, send } from './send.ts'
import { conditionOf } from './version.ts'

/** Fills `target` from byte `start` by one ranged GET of the pinned version, through the SDK. */
export async function readBySdk(
  deps: S3Deps,
  object: PinnedObject,
  start: number,
  target: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const command = new GetObjectCommand({
    ...bucketAndKey(object.uri),
    ...conditionOf(object.version),
    Range: `bytes=${start}-${start + target.length - 1}`,
  })
  const call = async (): Promise<void> => {
    const answer = await deps.client.send(command, { abortSignal: signal })
    const body = addAbortSignal(signal, answer.Body as Readable)
    try {
      checkRange(object, start, target.length, answer.ContentRange, answer.ContentLength)
      await fillFrom(object, body, target)
    } finally {
      body.destroy()
    }
  }
  await send(deps, 'read', object.uri, call, signal)
}

async function fillFrom(object: PinnedObject, body: Readable, target: Uint8Array): Promise<void> {
  let done = 0
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    if (done + piece.length > target.length) {
      const detail = `over ${target.length} bytes came`
      throw new StorageError('response_invalid', 'read', object.uri, detail)
    }
    target.set(piece, done)
    done += piece.length
  }
  if (done < target.length) {
    const detail = `body cut after ${done} of ${target.length} bytes`
    throw new StorageError('unavailable', 'read', object.uri, detail)
  }
}
