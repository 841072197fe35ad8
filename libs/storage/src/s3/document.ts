import type { Readable } from 'node:stream'
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { StorageError } from '../storage-error.ts'
import type { Occupant } from '../occupant.ts'
import { sendOver } from './occupant.ts'
import { bucketAndKey } from './place.ts'
import { type S3Deps, send } from './send.ts'

export async function readDocumentObject(
  deps: S3Deps,
  uri: string,
  bytesMax: number,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const command = new GetObjectCommand(bucketAndKey(uri))
  const call = async (): Promise<Buffer> => {
    const { Body, ContentLength = 0 } = await deps.client.send(command, { abortSignal: signal })
    const body = Body as Readable
    if (ContentLength <= bytesMax) return await wholeOf(body, uri, bytesMax)
    body.destroy()
    throw new StorageError('too_large', 'read', uri, `${ContentLength} > ${bytesMax} bytes`)
  }
  try {
    return await send(deps, 'read', uri, call, signal)
  } catch (error) {
    if (error instanceof StorageError && error.code === 'object_missing') return undefined
    throw error
  }
}

/** S3 tells the length of a body; a proxy on the way may pass it on without. */
async function wholeOf(body: Readable, uri: string, bytesMax: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    bytes += piece.length
    if (bytes > bytesMax) throw new StorageError('too_large', 'read', uri, `over ${bytesMax} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

export async function writeDocumentObject(
  deps: S3Deps,
  uri: string,
  bytes: Uint8Array,
  ifAbsent: boolean,
  signal: AbortSignal,
): Promise<'written' | 'exists'> {
  const command = new PutObjectCommand({
    ...bucketAndKey(uri),
    Body: bytes,
    ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
  })
  const call = async () => deps.client.send(command, { abortSignal: signal })
  try {
    await send(deps, 'write', uri, call, signal)
    return 'written'
  } catch (error) {
    // The condition of the request is that nothing is there: refused means that something is.
    if (ifAbsent && error instanceof StorageError && error.code === 'object_changed') {
      return 'exists'
    }
    throw error
  }
}

export async function removeObject(
  deps: S3Deps,
  uri: string,
  over: Occupant | undefined,
  signal: AbortSignal,
): Promise<void> {
  const IfMatch = over?.version
  const command = new DeleteObjectCommand({ ...bucketAndKey(uri), IfMatch })
  const call = async () => deps.client.send(command, { abortSignal: signal })
  await sendOver(deps, 'remove', uri, over, call, signal)
}
