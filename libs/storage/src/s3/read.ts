import { addAbortSignal, type Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import type { PinnedObject } from '@millrace/job'
import { StorageError } from '../storage-error.ts'
import { bucketAndKey } from './place.ts'
import { type S3Deps, send } from './send.ts'
import { conditionOf } from './version.ts'

/** Fills `target` from byte `start` by one ranged GET of the pinned version. */
export async function readObjectInto(
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
      checkRange(object, start, target.length, answer)
      await fillFrom(object, body, target)
    } finally {
      body.destroy()
    }
  }
  await send(deps, 'read', object.uri, call, signal)
}

/** Trusts nothing about a range that was not said: a proxy may answer with the whole object. */
function checkRange(
  object: PinnedObject,
  start: number,
  bytes: number,
  { ContentRange: came, ContentLength }: GetObjectCommandOutput,
): void {
  const wanted = `bytes ${start}-${start + bytes - 1}/${object.bytes}`
  const whole = start === 0 && bytes === object.bytes && ContentLength === bytes
  if (came === wanted || (came === undefined && whole)) return
  const detail = `wanted ${wanted}, got ${came ?? `${ContentLength} bytes without a range`}`
  throw new StorageError('response_invalid', 'read', object.uri, detail)
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
