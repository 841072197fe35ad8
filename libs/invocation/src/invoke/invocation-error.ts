import { limits, printable } from '@millrace/job'

export type InvocationErrorCode = keyof typeof TABLE

/** What a failure asks for; see `TABLE` for which code is which. */
export type InvocationErrorKind =
  | 'throttle' // The endpoint says "slower" or is gone for now: wait, charge nobody.
  | 'transient' // A repetition may succeed.
  | 'rows' // Some row in the payload is at fault.
  | 'too_large' // Fewer rows at a time may succeed.
  | 'permanent' // No repetition of this batch can succeed; others may.
  | 'systemic' // Nothing can succeed until a person acts: as of an endpoint that is gone.

const TABLE = {
  endpoint_throttled: { kind: 'throttle', retryable: true },
  // The model server's queue is full, or it has no worker at all; it says the same of both.
  worker_unavailable: { kind: 'throttle', retryable: true },
  // A cold or multi-model endpoint loads a model for up to six minutes; a component has no copy for as long.
  model_not_ready: { kind: 'throttle', retryable: true },
  // The limiter's circuit is open: healthy batches wait, they do not fail.
  endpoint_outage: { kind: 'throttle', retryable: true },
  endpoint_unavailable: { kind: 'transient', retryable: true },
  // No connection came about: nothing was sent, so no row of any batch can be at fault.
  endpoint_unreachable: { kind: 'transient', retryable: true },
  connection_failed: { kind: 'transient', retryable: true },
  model_failed: { kind: 'transient', retryable: true },
  unknown: { kind: 'transient', retryable: true },
  invocation_timed_out: { kind: 'too_large', retryable: true },
  payload_too_large: { kind: 'too_large', retryable: false },
  rows_rejected: { kind: 'rows', retryable: false },
  // A cut or muddled body may come out right the next time; a layout nobody knows does not.
  response_malformed: { kind: 'permanent', retryable: true },
  batch_rejected: { kind: 'permanent', retryable: false },
  // More than a consumer has room for, all rows together.
  predictions_too_large: { kind: 'permanent', retryable: false },
  endpoint_not_found: { kind: 'systemic', retryable: false },
  request_refused: { kind: 'systemic', retryable: false },
  access_denied: { kind: 'systemic', retryable: false },
  credentials_missing: { kind: 'systemic', retryable: false },
  credentials_expired: { kind: 'systemic', retryable: false },
  clock_skewed: { kind: 'systemic', retryable: false },
  tls_refused: { kind: 'systemic', retryable: false },
} as const satisfies Record<string, { kind: InvocationErrorKind; retryable: boolean }>

const HINTS: Partial<Record<InvocationErrorCode, string>> = {
  model_not_ready:
    'wait some minutes: a model, or the first copy of an inference component, is loading',
  worker_unavailable:
    "look into the endpoint's log whether its model's workers run, and how long its queue is",
  payload_too_large: 'lower batching.rows or batching.payloadBytesMax',
  invocation_timed_out: 'lower batching.rows: SageMaker ends an invocation after 60 s',
  response_malformed: 'set endpoint.response to say how predictions are read out of the answer',
  batch_rejected: 'check header, delimiter, columns and endpoint.contentType',
  predictions_too_large: 'lower batching.rows',
  endpoint_not_found: 'check endpoint.name, the region and the account',
  access_denied: 'allow sagemaker:InvokeEndpoint on the endpoint',
  credentials_missing: 'give the process a role, a profile or keys',
  credentials_expired: 'renew the credentials',
  clock_skewed: "set this machine's clock",
  tls_refused: 'check the endpoint URL, the proxy and NODE_EXTRA_CA_CERTS',
}

/** What a batch has taken of its endpoint. */
export interface InvocationWork {
  readonly invocations: number
  readonly throttles: number
  /** How often rows were split in two: they were too many, or some of them at fault. */
  readonly bisections: number
  /** Time within invocations, all of them together; waiting for room is not in it. */
  readonly durationMs: number
}

export interface InvocationErrorOptions extends ErrorOptions {
  /** What the container or service said; put on one line and cut at `limits.failureMessageCharsMax`. */
  readonly words?: string | undefined
}

/** An endpoint did not answer with one prediction per row. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError'
  readonly code: InvocationErrorCode
  readonly kind: InvocationErrorKind
  readonly retryable: boolean
  readonly endpoint: string
  /** The container's or the service's own words; empty when it gave none. */
  readonly words: string
  /** What went wrong, for where the code and the endpoint stand beside it: the words or, without any, the detail. */
  readonly brief: string
  readonly hint: string | undefined
  /** What the batch that fails with it was invoked before, by the one call of `scoreBatch` that throws it. */
  work?: InvocationWork

  /** `detail` holds the numbers or the reason, in a few words; what an answer has brought into it is cut. */
  constructor(
    code: InvocationErrorCode,
    endpoint: string,
    detail: string,
    options: InvocationErrorOptions = {},
  ) {
    const words = oneLine(options.words ?? '').slice(0, limits.failureMessageCharsMax)
    const facts = oneLine(detail).slice(0, limits.failureMessageCharsMax)
    const about = [facts, words].filter((part) => part !== '').join(': ')
    super(`invoke ${endpoint}: ${code}${about === '' ? '' : ` (${about})`}`, options)
    this.code = code
    this.kind = TABLE[code].kind
    this.retryable = TABLE[code].retryable
    this.endpoint = endpoint
    this.words = words
    this.brief = words || facts || this.message
    this.hint = HINTS[code]
  }
}

/** Tracebacks come over many lines; a log line and a row of the errors file have one. */
const oneLine = (words: string): string =>
  printable(words.slice(0, 4 * limits.failureMessageCharsMax).replaceAll(/\s+/g, ' ')).trim()
