/*
 * The names that all services of AWS, their clients and Node's sockets give to what goes wrong between us
 * and any of them. What a service alone knows is in the table of its adapter.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html and the same page of each
 * service; KMS's names as the services pass them on (API_SendMessage of SQS, API_Publish of SNS, error
 * responses of S3); https://nodejs.org/api/errors.html and the errors of undici.
 */
const NAMES = {
  /** The account, the resource or its key is asked for more than it gives. */
  throttled: [
    'KMS.ThrottlingException',
    'KMSThrottling',
    'KMSThrottlingException',
    'KmsThrottled',
    'LimitExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'Throttled',
    'ThrottledException',
    'Throttling',
    'ThrottlingException',
    'TooManyRequestsException',
  ],
  /** The service answers that it is ill. What was asked may or may not have been done. */
  unavailable: [
    'InternalError',
    'InternalErrorException',
    'InternalException',
    'InternalFailure',
    'InternalServerError',
    'InternalServerException',
    'ServiceUnavailable',
    'ServiceUnavailableException',
  ],
  /** No connection, or one that broke. What was asked may have been done where it broke. */
  unreachable: [
    'EADDRNOTAVAIL',
    'EAI_AGAIN',
    'EAI_FAIL',
    'ECONNABORTED',
    'ECONNREFUSED',
    'ECONNRESET',
    'EHOSTUNREACH',
    'EMFILE',
    'ENETDOWN',
    'ENETUNREACH',
    'ENFILE',
    'ENOBUFS',
    'ENOTFOUND',
    'EPIPE',
    'EPROTO',
    'UND_ERR_SOCKET',
  ],
  /** No connection, or no answer, in time. */
  timed_out: [
    'ERR_CONNECT_TIMEOUT',
    'ETIMEDOUT',
    'RequestTimeout',
    'TimeoutError',
    'UND_ERR_BODY_TIMEOUT',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_HEADERS_TIMEOUT',
  ],
  /** The role lacks a permission, or the service does not know whose the keys are. */
  access_denied: [
    'AccessDenied',
    'AccessDeniedException',
    'AuthorizationError',
    'AuthorizationErrorException',
    'IncompleteSignature',
    'IncompleteSignatureException',
    'InvalidAccessKeyId',
    'InvalidClientTokenId',
    'InvalidSecurity',
    'InvalidSignatureException',
    'InvalidToken',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
    'NotAuthorized',
    'OptInRequired',
    'SignatureDoesNotMatch',
    'UnrecognizedClientException',
  ],
  /** Not in the environment, not in a profile, no role. */
  credentials_missing: ['CredentialsProviderError', 'TokenProviderError'],
  credentials_expired: ['ExpiredToken', 'ExpiredTokenException'],
  clock_skewed: ['RequestExpired', 'RequestTimeTooSkewed'],
  /** The key that encrypts what was asked for is off, or not for us. */
  key_unusable: [
    'KMS.AccessDeniedException',
    'KMS.DisabledException',
    'KMS.InvalidStateException',
    'KMS.KMSInvalidStateException',
    'KMSAccessDenied',
    'KMSAccessDeniedException',
    'KMSDisabled',
    'KMSDisabledException',
    'KMSInvalidState',
    'KMSInvalidStateException',
    'KMSOptInRequired',
    'KmsAccessDenied',
    'KmsDisabled',
    'KmsInvalidKeyUsage',
    'KmsInvalidState',
    'KmsOptInRequired',
  ],
  /** That key is deleted, or never was: what it encrypts nobody reads again. */
  key_missing: ['KMS.NotFoundException', 'KMSNotFound', 'KMSNotFoundException', 'KmsNotFound'],
} as const satisfies Readonly<Record<string, readonly string[]>>

type Common = keyof typeof NAMES

/** What is somebody's to mend, and of which most adapters say no more than that access is denied. */
type Denied =
  | 'credentials_missing'
  | 'credentials_expired'
  | 'clock_skewed'
  | 'key_unusable'
  | 'key_missing'

/** What an adapter calls each of them; what it has no word of its own for is `access_denied`. */
export type CommonCodes<Code> = Readonly<
  Record<Exclude<Common, Denied>, Code> & Partial<Record<Denied, Code>>
>

/** An adapter's code for each of the names that all services share. */
export function codesOfNames<Code>(codes: CommonCodes<Code>): Readonly<Record<string, Code>> {
  const named = (Object.keys(NAMES) as Common[]).flatMap((common) =>
    NAMES[common].map((name): [string, Code] => [name, codes[common] ?? codes.access_denied]),
  )
  return Object.fromEntries(named)
}

/** The facts that a failure may have, whoever threw it. */
interface FailureFacts {
  readonly name?: unknown
  /** Of Node, of undici, or of who wrapped it. */
  readonly code?: unknown
  readonly cause?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/**
 * The code of a failure: by its own code, since AWS's client calls a reset connection a TimeoutError; by its
 * name; by the status of the answer, which a load balancer or a proxy sends without a name; else that of what
 * it wraps. `undefined` when nobody knows it yet.
 */
export function codeOfFailure<Code>(
  failure: unknown,
  names: Readonly<Record<string, Code>>,
  ofStatus: (status: number) => Code | undefined,
): Code | undefined {
  const { code, name, cause, $metadata } = (failure ?? {}) as FailureFacts
  return (
    lookUp(names, code) ??
    lookUp(names, name) ??
    ofStatus($metadata?.httpStatusCode ?? 0) ??
    (cause === undefined ? undefined : codeOfFailure(cause, names, ofStatus))
  )
}

function lookUp<Code>(names: Readonly<Record<string, Code>>, name: unknown): Code | undefined {
  if (typeof name !== 'string') return undefined
  if (Object.hasOwn(names, name)) return names[name]
  // A certificate that is not right, of which there are some dozen names: there is no connection.
  return TLS.test(name) ? names['EPROTO'] : undefined
}

const TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH)/
