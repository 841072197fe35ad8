import { codesOfNames } from '@millrace/aws'
import { InvocationError, type InvocationErrorCode } from './invocation-error.ts'

/** The facts of a failed invocation, whichever transport they come from. */
interface Facts {
  /** The service's error name, such as `ModelError`; never the HTTP status. */
  readonly name?: string
  /** An error code of Node.js, of `@millrace/aws`, or of undici on the way by a proxy. */
  readonly code?: string
  readonly message?: string
  readonly Message?: string
  /** Of a ModelError: what the container answered. */
  readonly OriginalStatusCode?: number
  readonly OriginalMessage?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly cause?: unknown
}

/**
 * Names what a failed invocation means. Total: the unknown is `unknown`, which is transient and
 * bounded. SageMaker sends a throttle as HTTP 400 and a bad row as 424, so the error's name decides
 * and the status does not.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
 */
export function classifyFailure(error: unknown): InvocationErrorCode {
  if (error instanceof InvocationError) return error.code
  const facts = factsOf(error)
  if (facts.name === 'ModelError') return ofModel(facts)
  if (facts.name === 'ValidationError') return ofValidation(facts)
  return (
    // Before the name: AWS's client calls a reset connection a TimeoutError.
    byNodeCode(facts.code) ??
    BY_NAME.get(facts.name ?? '') ??
    BY_STATUS[facts.$metadata?.httpStatusCode ?? 0] ??
    ofCause(facts)
  )
}

/** The same as an error that carries the endpoint and the container's own words. */
export function invocationErrorOf(endpoint: string, error: unknown): InvocationError {
  if (error instanceof InvocationError) return error
  const facts = factsOf(error)
  const status = facts.OriginalStatusCode
  const name = facts.code ?? facts.name ?? typeof error
  return new InvocationError(
    classifyFailure(error),
    endpoint,
    status === undefined ? name : `${name}, container answered ${status}`,
    { words: facts.OriginalMessage ?? facts.Message ?? facts.message, cause: error },
  )
}

/** The endpoint writes its errors itself, name and all: what is no text of theirs is not there. */
function factsOf(error: unknown): Facts {
  if (typeof error !== 'object' || error === null) return {}
  const { name, code, message, Message, OriginalMessage, OriginalStatusCode, $metadata, cause } =
    error as Readonly<Record<string, unknown>>
  const texts = Object.entries({ name, code, message, Message, OriginalMessage }).filter(
    ([, value]) => typeof value === 'string',
  )
  return {
    ...Object.fromEntries(texts),
    ...(typeof OriginalStatusCode === 'number' && { OriginalStatusCode }),
    ...(typeof $metadata === 'object' && $metadata !== null && { $metadata }),
    ...(cause !== undefined && { cause }),
  }
}

/** A map: a name may be that of what every object has, such as `constructor`. */
const BY_NAME: ReadonlyMap<string, InvocationErrorCode> = new Map(
  Object.entries({
    ...codesOfNames<InvocationErrorCode>({
      // HTTP 400 with an empty message: only the name tells it from a bad request.
      throttled: 'endpoint_throttled',
      unavailable: 'endpoint_unavailable',
      // Of those that are codes, `byNodeCode` says more.
      unreachable: 'connection_failed',
      // The client's own clock ran out: `throwOnRequestTimeout` of the SDK, headers or body of undici.
      timed_out: 'invocation_timed_out',
      access_denied: 'access_denied',
      credentials_missing: 'credentials_missing',
      credentials_expired: 'credentials_expired',
      clock_skewed: 'clock_skewed',
    }),
    // A multi-model endpoint is loading the model.
    ModelNotReadyException: 'model_not_ready',
    // HTTP 530, which no SDK repeats.
    InternalDependencyException: 'endpoint_unavailable',
    HeadersTimeoutError: 'invocation_timed_out',
    BodyTimeoutError: 'invocation_timed_out',
    UnknownOperationException: 'request_refused',
    SerializationException: 'request_refused',
  }),
)

/** Only for answers without a name, which come from load balancers and proxies on the way. */
const BY_STATUS: Readonly<Record<number, InvocationErrorCode>> = {
  403: 'access_denied',
  407: 'access_denied',
  413: 'payload_too_large',
  429: 'endpoint_throttled',
  500: 'endpoint_unavailable',
  502: 'endpoint_unavailable',
  503: 'endpoint_unavailable',
  504: 'endpoint_unavailable',
}

/**
 * Multi Model Server and TorchServe, which serve the containers of PyTorch, MXNet and Hugging Face, say 503 in the same
 * words where their queue is full and where the model has no worker at all.
 * https://github.com/aws/deep-learning-containers/issues/4478, https://github.com/pytorch/serve/issues/3361,
 * https://github.com/pytorch/serve/issues/29
 */
const NO_WORKER = /\bno worker (is available|to serve)\b|\bjob queue size\b/i

/** What the container said. Codes of SageMaker's own making: 0 is "no answer in 60 s". */
function ofModel({ OriginalStatusCode: status, OriginalMessage = '' }: Facts): InvocationErrorCode {
  if (status === 0) return 'invocation_timed_out'
  if (status === 413) return 'payload_too_large'
  if (status === 429) return 'endpoint_throttled' // The container's queue is full; no row is at fault.
  if (status === 503 && NO_WORKER.test(OriginalMessage)) return 'worker_unavailable'
  if (status === 408) return 'invocation_timed_out'
  if (status !== undefined && status >= 400 && status < 500) return 'rows_rejected'
  return 'model_failed'
}

/**
 * `Endpoint x of account 1 not found.`; `Inference Component has no capacity to process this request.`, which
 * wakes one that is scaled to zero; `Request x has oversize body.` of a serverless endpoint, which takes 4 MB
 * (https://github.com/aws/sagemaker-python-sdk/issues/4271); or a header that the endpoint does not take.
 */
function ofValidation({ Message, message = '' }: Facts): InvocationErrorCode {
  const words = Message ?? message
  if (/not found|does not exist/i.test(words)) return 'endpoint_not_found'
  if (/\boversize body\b/i.test(words)) return 'payload_too_large'
  return /\bno capacity\b/i.test(words) ? 'model_not_ready' : 'request_refused'
}

function byNodeCode(code: string | undefined): InvocationErrorCode | undefined {
  if (code === undefined) return undefined
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return 'invocation_timed_out'
  }
  // Certificates do not mend by waiting; nor does a port that speaks no TLS, which is EPROTO.
  if (
    /^(EPROTO$|CERT_|ERR_TLS_|ERR_SSL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(
      code,
    )
  ) {
    return 'tls_refused'
  }
  if (UNREACHED.has(code)) return 'endpoint_unreachable'
  // Reset, cut in the middle: scoring is idempotent.
  if (/^(E[A-Z]{3,}|UND_ERR_[A-Z_]+|HPE_[A-Z_]+|EAI_[A-Z]+)$/.test(code)) return 'connection_failed'
  return undefined
}

/** Failures before the first byte of a request has left. */
const UNREACHED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_CONNECT_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
])

function ofCause(facts: Facts): InvocationErrorCode {
  // `aborted` is what Node says of a body that ends early.
  if (/^(aborted|socket hang up|terminated)$/.test(facts.message ?? '')) return 'connection_failed'
  return facts.cause === undefined ? 'unknown' : classifyFailure(facts.cause)
}
