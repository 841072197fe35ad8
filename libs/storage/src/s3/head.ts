import type { Readable } from 'node:stream'
import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3'
import { hasSetClock, isNamed, type S3Failure } from './classify-failure.ts'

/** An object, and the version of it that is meant. */
interface Asked {
  readonly Bucket: string
  readonly Key: string
  readonly VersionId?: string
  readonly IfMatch?: string
}

/**
 * Asks for what S3 says of an object. The answer to a HEAD has no body, and so no name of what is
 * wrong: expired credentials, another region's bucket and a bad request are all 400, a wrong key, a clock
 * that is wrong and a missing permission all 403. There the first byte is asked for, which needs the same
 * permission, and whose answer has a body. Where that comes, what was wrong is not any more, as of a clock that
 * another request has set meanwhile, and S3 is asked again.
 *
 * @throws what the client throws, of the request that says more.
 */
export async function headObject(
  client: S3Client,
  place: Asked,
  signal: AbortSignal,
): Promise<HeadObjectCommandOutput> {
  try {
    return await client.send(new HeadObjectCommand(place), { abortSignal: signal })
  } catch (error) {
    const status = (error as S3Failure).$metadata?.httpStatusCode
    if ((status !== 400 && status !== 403) || isNamed(error) || hasSetClock(error)) throw error
    const reason = await reasonOf(client, place, signal)
    if (reason !== undefined) throw reason
    return await client.send(new HeadObjectCommand(place), { abortSignal: signal })
  }
}

/** What is said to who asks for the first byte; nothing when it comes, or there is none. */
async function reasonOf(client: S3Client, place: Asked, signal: AbortSignal): Promise<unknown> {
  const command = new GetObjectCommand({ ...place, Range: 'bytes=0-0' })
  try {
    const { Body } = await client.send(command, { abortSignal: signal })
    ;(Body as Readable).destroy()
    return undefined
  } catch (error) {
    return (error as S3Failure).$metadata?.httpStatusCode === 416 ? undefined : error
  }
}
