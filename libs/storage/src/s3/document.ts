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
    if (ContentLength > bytesMax) {
      ;(Body as Readable).destroy()
      throw new StorageError('too_large', 'read', uri, `${ContentLength} > ${bytesMax} bytes`)
    }
    return Buffer.from(await Body!.transformToByteArray())
  }
  try {
    return await send(deps, 'read', uri, call, signal)
  } catch (error) {
    if (error instanceof StorageError && error.code === 'object_missing') return undefined
    throw error
  }
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
