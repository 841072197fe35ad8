import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { keyedEndpoint } from '@millrace/aws'

export interface S3ClientOptions {
  readonly region: string
  /** An S3 that is not AWS, such as the local one, maybe with its keys; buckets then stand in the path. */
  readonly endpoint?: string | undefined
  /** Those in `endpoint` go before them. Default: the provider chain. */
  readonly credentials?: NonNullable<S3ClientConfig['credentials']>
  /** For so long a connection may be silent, in the middle of a body too. Default: 60 s. */
  readonly silenceMs?: number
}

/** An S3 client as storage wants it: each request once, since storage repeats; and no silent waits. */
export function createS3Client({ region, ...given }: S3ClientOptions): S3Client {
  const { endpointUrl, credentials } = keyedEndpoint(given.endpoint, given.credentials)
  return new S3Client({
    region,
    maxAttempts: 1,
    // In JavaScript CRC64 runs at 0.3 GB/s; length, ETag and TLS already guard a ranged read.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 60_000,
      // The one before ends with the head of the answer, and a body may stop in its middle.
      socketTimeout: given.silenceMs ?? 60_000,
      throwOnRequestTimeout: true, // Otherwise the SDK only warns, and goes on waiting.
    },
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl, forcePathStyle: true }),
    ...(credentials === undefined ? {} : { credentials }),
  })
}
