import { codeOfFailure, codesOfNames } from '@millrace/aws'
import { StorageError, type StorageErrorCode } from '../storage-error.ts'

interface Reason {
  readonly code: StorageErrorCode
  readonly hint?: string
}

const CREDENTIALS: Reason = {
  code: 'credentials_invalid',
  hint: 'sign in again, or check the role of the task',
}
const CLOCK: Reason = { code: 'credentials_invalid', hint: "set this machine's clock" }
const DENIED: Reason = {
  code: 'access_denied',
  hint: 'allow s3:GetObject, s3:ListBucket and, for results, s3:PutObject; without s3:ListBucket a missing object looks the same',
}
const KEY: Reason = {
  code: 'key_unusable',
  hint: 'enable the KMS key of the object or bucket, and allow kms:Decrypt and, for results, kms:GenerateDataKey',
}
const GONE: Reason = {
  code: 'object_missing',
  hint: 'check bucket and key, letter by letter: upper and lower case differ',
}
const BUSY: Reason = { code: 'throttled' }
const DOWN: Reason = { code: 'unavailable' }
const LATE: Reason = { code: 'timed_out' }

/** By S3's error code (API reference, "Error responses"), beside those that all services share. */
const BY_NAME: Readonly<Record<string, Reason>> = {
  ...codesOfNames<Reason>({
    throttled: BUSY,
    unavailable: DOWN,
    unreachable: DOWN,
    timed_out: LATE,
    access_denied: CREDENTIALS,
    clock_skewed: CLOCK,
    key_unusable: KEY,
    key_missing: { ...KEY, code: 'access_denied' }, // It never comes back: no outage to wait for.
  }),
  NoSuchKey: { code: 'object_missing' },
  NoSuchVersion: { code: 'object_missing' },
  NotFound: GONE,
  NoSuchBucket: { code: 'bucket_missing' },
  PermanentRedirect: { code: 'bucket_missing', hint: "set the region to the bucket's own" },
  AuthorizationHeaderMalformed: { code: 'bucket_missing', hint: "set the region to the bucket's" },
  PreconditionFailed: { code: 'object_changed' },
  InvalidRange: { code: 'object_changed' }, // Pinned longer than it is now.
  InvalidObjectState: { code: 'access_denied', hint: 'restore the object from its archive first' },
  AccessDenied: DENIED,
  AllAccessDisabled: DENIED,
  SlowDown: BUSY,
  OperationAborted: DOWN, // 409: another conditional request on the key is under way.
  ConditionalRequestConflict: DOWN, // 409, the same for If-None-Match.
  ENOTFOUND: { code: 'unavailable', hint: 'check the region, the endpoint and the network' },
  ERR_STREAM_PREMATURE_CLOSE: DOWN,
  EntityTooLarge: { code: 'too_large' },
  NoSuchUpload: {
    code: 'upload_lost',
    hint: 'something removed the unfinished upload; is a lifecycle rule too short?',
  },
}

/** By status, for answers without a body, as every answer to HEAD is. */
const BY_STATUS: Readonly<Record<number, Reason>> = {
  301: { code: 'bucket_missing', hint: "set the region to the bucket's own" },
  400: { code: 'response_invalid' },
  403: DENIED,
  404: GONE,
  408: LATE,
  409: DOWN,
  412: { code: 'object_changed' },
  416: { code: 'object_changed' },
  429: BUSY,
  500: DOWN,
  502: DOWN,
  503: BUSY,
  504: DOWN,
}

/** What is known of a failed request, whichever client made it. */
export interface S3Failure {
  readonly name?: string
  readonly code?: string
  readonly message?: string
  readonly $metadata?: {
    readonly httpStatusCode?: number
    readonly requestId?: string
    readonly clockSkewCorrected?: boolean
  }
}

/** True when it is known what is wrong, and not only with what status. */
export const isNamed = (cause: unknown): boolean => {
  const { name = '', code = '' } = cause as S3Failure
  return Object.hasOwn(BY_NAME, name) || Object.hasOwn(BY_NAME, code)
}

/** True where the SDK signs by another clock since, which this answer told: what was refused for the time may be taken now. */
export const hasSetClock = (cause: unknown): boolean =>
  (cause as S3Failure).$metadata?.clockSkewCorrected === true

/** Names a failed request. A conditional one that was refused is `object_changed`. */
export function classifyS3Failure(verb: string, uri: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause
  const { name = '', code = '', message = '', $metadata: answer } = cause as S3Failure
  const status = answer?.httpStatusCode
  const reason = codeOfFailure(cause, BY_NAME, (answered) => BY_STATUS[answered])
  // What the SDK says of an answer that has no body.
  const words = message === 'UnknownError' ? '' : message
  const said = [status, name === 'Error' ? code : name, words]
  const request = answer?.requestId === undefined ? [] : [`request ${answer.requestId}`]
  const detail = [...said.filter((word) => word !== undefined && word !== ''), ...request].join(' ')
  return new StorageError(reason?.code ?? 'unknown', verb, uri, detail, {
    cause,
    ...(reason?.hint === undefined ? {} : { hint: reason.hint }),
  })
}
