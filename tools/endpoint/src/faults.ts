import { ACCOUNT, modelError, type ServiceError, serviceErrors } from './service-error.ts'

/** What can go wrong with an invocation, each drawn for its share of the requests. */
export const FAULT_KINDS = [
  'throttle',
  'internal_failure',
  'unavailable',
  'dependency_failure',
  'not_ready',
  'no_capacity',
  'access_denied',
  'expired_token',
  'too_large',
  'model_400',
  'model_413',
  'model_429',
  'model_500',
  'model_503',
  'model_timeout',
  'reset',
  'cut_body',
  'missing_line',
  'extra_line',
  'swapped_lines',
  'garbage',
  'slow',
  'hang',
  'oversize_body',
  'queue_full',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

/** Each kind's share of the requests, 0 to 1; together at most 1. */
export type FaultShares = { readonly [kind in FaultKind]?: number }

/** The fault of a request. The same seed, shares and number always give the same one. */
export function drawFault(
  shares: FaultShares,
  seed: number,
  request: number,
): FaultKind | undefined {
  let left = uniform(seed, request)
  return FAULT_KINDS.find((kind) => (left -= shares[kind] ?? 0) < 0)
}

/** The error that the service answers at once, before the container sees the request. */
export function refusalOf(fault: FaultKind | undefined): ServiceError | undefined {
  return fault === undefined ? undefined : REFUSALS[fault]
}

const REFUSALS: { readonly [kind in FaultKind]?: ServiceError } = {
  throttle: serviceErrors.throttled,
  internal_failure: serviceErrors.internalFailure,
  unavailable: serviceErrors.unavailable,
  dependency_failure: serviceErrors.dependencyFailure,
  not_ready: serviceErrors.notReady,
  no_capacity: serviceErrors.noCapacity,
  access_denied: serviceErrors.accessDenied,
  expired_token: serviceErrors.expiredToken,
  too_large: serviceErrors.tooLarge,
  oversize_body: serviceErrors.oversizeBody,
}

/** The container's failure, answered after the time that the invocation takes. */
export function modelFailureOf(
  fault: FaultKind | undefined,
  endpoint: string,
): ServiceError | undefined {
  const failure = fault === undefined ? undefined : MODEL_FAILURES[fault]
  return failure && modelError(endpoint, failure.status, failure.message)
}

/** What SageMaker says in the container's place when it gave no answer within 60 s. */
export const TIMEOUT_MESSAGE =
  'Your invocation timed out while waiting for a response from container primary. Review the ' +
  'latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again.'

/** What Multi Model Server says: https://github.com/aws/deep-learning-containers/issues/4478. */
const QUEUE_FULL_MESSAGE = JSON.stringify({
  code: 503,
  type: 'ServiceUnavailableException',
  message:
    'No worker is available to serve request for model: model. Consider increasing job queue size.',
})

const MODEL_FAILURES: {
  readonly [kind in FaultKind]?: { readonly status: number; readonly message: string }
} = {
  model_400: { status: 400, message: 'Unable to evaluate payload provided: injected' },
  model_413: { status: 413, message: 'Request Entity Too Large' },
  model_429: { status: 429, message: 'Too Many Requests' },
  model_500: { status: 500, message: `Internal Server Error (account ${ACCOUNT})` },
  model_503: { status: 503, message: 'Service Unavailable' },
  queue_full: { status: 503, message: QUEUE_FULL_MESSAGE },
  model_timeout: { status: 0, message: TIMEOUT_MESSAGE },
}

/** Scores with one lost, doubled or in another's place; which one follows from the request. */
export function distort<T>(scores: T[], fault: FaultKind | undefined, request: number): T[] {
  const at = scores.length === 0 ? 0 : request % scores.length
  if (fault === 'missing_line') return scores.toSpliced(at, 1)
  if (fault === 'extra_line') return scores.toSpliced(at, 0, ...scores.slice(at, at + 1))
  if (fault !== 'swapped_lines') return scores
  const other = scores.findIndex((score) => score !== scores[at])
  return other === -1 ? scores : scores.with(at, scores[other]!).with(other, scores[at]!)
}

/** A number in [0, 1) that follows from the seed and the request alone (the mixer is lowbias32). */
function uniform(seed: number, request: number): number {
  let x = (Math.imul(seed, 0x9e37_79b9) ^ request) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0_aaad)
  x = Math.imul(x ^ (x >>> 15), 0xd35a_2d97)
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32
}
