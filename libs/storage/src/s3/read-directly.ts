import type { S3Client } from '@aws-sdk/client-s3'
import { SKEW_MIN_MS } from '@millrace/aws'
import type { PinnedObject } from '@millrace/job'
import type { StorageError } from '../storage-error.ts'
import { checkRange } from './check-range.ts'
import { classifyS3Failure } from './classify-failure.ts'
import type { Answer } from './connection.ts'
import { createConnectionPool } from './connection-pool.ts'
import { readBySdk } from './read-by-sdk.ts'
import { type S3Deps, send } from './send.ts'
import { createSignedGets } from './signed-get.ts'

export interface DirectReads {
  /** Fills `target` from byte `start` by one ranged GET of the pinned version. */
  readInto(
    object: PinnedObject,
    start: number,
    target: Uint8Array,
    signal: AbortSignal,
  ): Promise<void>
  close(): void
}

const CONNECTIONS_MAX = 128

/** Reads over connections of our own: no stream, no copy, one signature for all ranges of an object. */
export function createDirectReads(deps: S3Deps): DirectReads {
  const pool = createConnectionPool(CONNECTIONS_MAX)
  const gets = createSignedGets(deps.client, deps.clock)

  const ask = async (
    object: PinnedObject,
    start: number,
    target: Uint8Array,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const { origin, head } = await gets.of(object, signal)
    const range = `range: bytes=${start}-${start + target.length - 1}`
    return pool.get(origin, `${head}\r\n${range}\r\n\r\n`, target, signal)
  }
  return {
    async readInto(object, start, target, signal) {
      let isRenewed = false
      const read = async (): Promise<Answer> => {
        const answer = await ask(object, start, target, signal)
        const failure = failureOf(object, answer)
        if (!failure) return answer
        // A kept signature outlives credentials that were taken back, or a clock: a fresh one gets its try.
        if (failure.code !== 'credentials_invalid' || isRenewed) throw failure
        isRenewed = true
        gets.forget(object)
        setClock(deps.client, answer)
        return read()
      }
      const answer = await send(deps, 'read', object.uri, read, signal)
      // A body of unstated or unexpected length, as from a proxy that chunks: the SDK can read it.
      if (!answer.filled) return readBySdk(deps, object, start, target, signal)
      const { headers } = answer.head
      const length = Number(headers.get('content-length'))
      checkRange(object, start, target.length, headers.get('content-range'), length)
    },
    close: () => pool.close(),
  }
}

/** Has the SDK sign by the clock of S3, as it does itself of an answer that it sees. */
function setClock({ config }: S3Client, { head }: Answer): void {
  const skewMs = Date.parse(head.headers.get('date') ?? '') - Date.now()
  if (Math.abs(skewMs - config.systemClockOffset) > SKEW_MIN_MS) config.systemClockOffset = skewMs
}

/** S3 puts its error code into a small XML body (API reference, "REST error responses"). */
function failureOf(object: PinnedObject, { head, text }: Answer): StorageError | undefined {
  if (head.status < 300) return undefined
  const requestId = head.headers.get('x-amz-request-id')
  const name = /<Code>([^<]{1,100})<\/Code>/.exec(text)?.[1]
  return classifyS3Failure('read', object.uri, {
    ...(name === undefined ? {} : { name }),
    message: /<Message>([^<]{1,1000})<\/Message>/.exec(text)?.[1] ?? '',
    $metadata: { httpStatusCode: head.status, ...(requestId === undefined ? {} : { requestId }) },
  })
}
