/** Why storage could not do what was asked; the table says whether the same call may work later. */
export type StorageErrorCode = keyof typeof RETRYABLE

const RETRYABLE = {
  /** The pinned version is no longer there: nothing read from now on belongs to the same dataset. */
  object_changed: false,
  object_missing: false,
  /** A write depended on what lay under its name, and something else lies there now. */
  conflict: false,
  /** The unfinished upload is not there any more: what was written is to be written again. */
  upload_lost: false,
  /** The bucket itself is not there, or lies in another region. */
  bucket_missing: false,
  access_denied: false,
  /** No credentials, or they have expired: every object is out of reach, not this one. */
  credentials_invalid: false,
  /** The KMS key of the object or the bucket is off or gone: so is all that it encrypts, not this object alone. */
  key_unusable: false,
  /** A folder, pipe, socket or device where a file was wanted; or a file where a folder was. */
  not_a_file: false,
  uri_invalid: false,
  manifest_invalid: false,
  /** Not the compression that was named, or damaged, or cut. */
  compression_invalid: false,
  /** More bytes or objects than the caller or storage allows. */
  too_large: false,
  no_space: false,
  /** The file system cannot do what is needed, such as hard links. */
  unsupported: false,
  /** An answer that contradicts the request, such as other bytes than the range asked for. */
  response_invalid: false,
  /** S3 asks to slow down. */
  throttled: true,
  /** The connection broke, the body was cut, or the service answered 5xx. */
  unavailable: true,
  timed_out: true,
  /** Not in any table: taken for passing, and bounded like the passing ones. */
  unknown: true,
} as const satisfies Record<string, boolean>

/** S3 serves nobody, or not us: whatever is asked of it now fails, and was no fault of that. */
const OUTAGES: ReadonlySet<StorageErrorCode> = new Set([
  'throttled',
  'unavailable',
  'timed_out',
  'credentials_invalid',
  'key_unusable',
])

export interface StorageErrorOptions extends ErrorOptions {
  /** What a person can do about it. */
  readonly hint?: string
}

/**
 * A failure of S3 or of the file system, as `verb uri: code (detail)`.
 * An aborted call throws the signal's own reason, never this.
 */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode
  readonly uri: string
  readonly hint: string | undefined

  constructor(
    code: StorageErrorCode,
    verb: string,
    uri: string,
    detail: string,
    options: StorageErrorOptions = {},
  ) {
    super(`${verb} ${uri}: ${code} (${detail})`, options)
    this.code = code
    this.uri = uri
    this.hint = options.hint
  }

  /** True when the same call may succeed later, after the retries that storage itself has made. */
  get retryable(): boolean {
    return RETRYABLE[this.code]
  }

  /** See `WorkerOptions.handle` of the queue: a message whose handler failed for it is not charged. */
  get isOutage(): boolean {
    return OUTAGES.has(this.code)
  }
}
