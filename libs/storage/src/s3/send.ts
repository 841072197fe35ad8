import type { S3Client } from '@aws-sdk/client-s3'
import type { Clock } from '../clock.ts'
import { withRetries } from '../retry.ts'
import { classifyS3Failure, hasSetClock } from './classify-failure.ts'

/** What every S3 verb of storage needs. */
export interface S3Deps {
  readonly client: S3Client
  readonly clock: Clock
}

/**
 * Makes one request through `call`, repeated while it fails for a passing reason. Refused for a clock that is off, which
 * the SDK has set by the answer, it is made once more at once.
 *
 * @throws {StorageError} or the abort reason.
 */
export async function send<T>(
  { clock }: S3Deps,
  verb: string,
  uri: string,
  call: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  return withRetries(
    clock,
    async () => {
      try {
        return await call().catch((cause: unknown) => {
          if (signal.aborted || !hasSetClock(cause)) throw cause
          return call()
        })
      } catch (cause) {
        signal.throwIfAborted()
        throw classifyS3Failure(verb, uri, cause)
      }
    },
    signal,
  )
}
