import assert from 'node:assert/strict'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { Occupant } from '../occupant.ts'
import { classifyS3Failure } from './classify-failure.ts'
import { headObject } from './head.ts'
import { conditionOver, etagOf, sendOver } from './occupant.ts'
import { PARTS_MAX } from './part-size.ts'
import { bucketAndKey } from './place.ts'
import { type S3Deps, send } from './send.ts'

/** A multipart upload: several parts on their way at once, seen by nobody before it is completed. */
export interface Upload {
  /** Takes the next part, which is not to be changed any more; waits while too much is on its way. */
  add(body: Uint8Array): Promise<void>
  /** Tells the object's ETag. May be tried again after a `conflict`. */
  complete(over: Occupant | undefined): Promise<string>
  /** Removes the parts that are there. Runs also when the signal has fired. */
  abort(): Promise<void>
}

const PARTS_IN_FLIGHT = 4
const IN_FLIGHT_BYTES_MAX = 64 * 1024 * 1024
const ABORT_TIMEOUT_MS = 30_000

export async function beginUpload(deps: S3Deps, uri: string, signal: AbortSignal): Promise<Upload> {
  const target = { ...bucketAndKey(uri), UploadId: await createUpload(deps, uri, signal) }
  const stop = new AbortController()
  const sending = AbortSignal.any([signal, stop.signal])
  const etags: string[] = []
  const underWay = new Set<Promise<void>>()
  let parts = 0
  let bytes = 0
  let bytesUnderWay = 0
  let tries = 0
  let failure: unknown

  const sendPart = async (part: number, Body: Uint8Array): Promise<void> => {
    const command = new UploadPartCommand({ ...target, PartNumber: part + 1, Body })
    const call = async () => deps.client.send(command, { abortSignal: sending })
    const { ETag } = await send(deps, 'write', uri, call, sending)
    assert(ETag !== undefined)
    etags[part] = ETag
  }
  const launch = (part: number, body: Uint8Array): void => {
    bytesUnderWay += body.length
    const sent = sendPart(part, body)
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => {
        underWay.delete(sent)
        bytesUnderWay -= body.length
      })
    underWay.add(sent)
  }
  const throwFailure = (): void => {
    if (failure !== undefined) throw failure as Error
  }
  return {
    async add(body) {
      assert(parts < PARTS_MAX)
      const isCrowded = () =>
        underWay.size >= PARTS_IN_FLIGHT || bytesUnderWay + body.length > IN_FLIGHT_BYTES_MAX
      while (underWay.size > 0 && isCrowded()) await Promise.race(underWay)
      throwFailure()
      launch(parts, body)
      parts += 1
      bytes += body.length
    },
    async complete(over) {
      await Promise.all(underWay)
      throwFailure()
      assert(etags.filter((etag) => etag !== undefined).length === parts)
      const call = async (): Promise<string> => {
        tries += 1
        return await completeUpload(deps, uri, { ...target, etags, bytes, over, tries }, signal)
      }
      return await sendOver(deps, 'write', uri, over, call, signal)
    },
    async abort() {
      stop.abort()
      await Promise.all(underWay) // A part that lands after the abort would stay, and be billed.
      await abortUpload(deps, uri, target)
    },
  }
}

interface Target {
  readonly Bucket: string
  readonly Key: string
  readonly UploadId: string
}

interface Completion extends Target {
  readonly etags: readonly string[]
  readonly bytes: number
  readonly over: Occupant | undefined
  /** How often it has been asked for, with this time. */
  readonly tries: number
}

async function createUpload(deps: S3Deps, uri: string, signal: AbortSignal): Promise<string> {
  const command = new CreateMultipartUploadCommand(bucketAndKey(uri))
  const call = async () => deps.client.send(command, { abortSignal: signal })
  const { UploadId } = await send(deps, 'write', uri, call, signal)
  assert(UploadId !== undefined)
  return UploadId
}

/**
 * When the answer to the first try is lost, the next one finds no upload. Then the object tells: of
 * the right size, and with an ETag of as many parts, it is ours.
 */
async function completeUpload(
  { client }: S3Deps,
  uri: string,
  { etags, bytes, over, tries, ...target }: Completion,
  signal: AbortSignal,
): Promise<string> {
  const Parts = etags.map((ETag, part) => ({ ETag, PartNumber: part + 1 }))
  const input = { ...target, MultipartUpload: { Parts }, ...conditionOver(over) }
  try {
    const command = new CompleteMultipartUploadCommand(input)
    const { ETag } = await client.send(command, { abortSignal: signal })
    return etagOf(uri, ETag)
  } catch (error) {
    if (tries === 1 || classifyS3Failure('write', uri, error).code !== 'upload_lost') throw error
    const { Bucket, Key } = target
    const found = await headObject(client, { Bucket, Key }, signal)
    const isOurs = found.ContentLength === bytes && found.ETag?.endsWith(`-${etags.length}"`)
    if (isOurs !== true) throw error
    return etagOf(uri, found.ETag)
  }
}

/** An upload that is no longer there is what was wanted. */
async function abortUpload(deps: S3Deps, uri: string, target: Target): Promise<void> {
  const signal = AbortSignal.timeout(ABORT_TIMEOUT_MS)
  const command = new AbortMultipartUploadCommand(target)
  const call = async (): Promise<void> => {
    try {
      await deps.client.send(command, { abortSignal: signal })
    } catch (error) {
      if (classifyS3Failure('write', uri, error).code !== 'upload_lost') throw error
    }
  }
  await send(deps, 'remove the unfinished upload of', uri, call, signal)
}
