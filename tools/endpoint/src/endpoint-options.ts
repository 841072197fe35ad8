import type { XgboostModel } from './xgboost-model.ts'

/** What can go wrong with an invocation, each drawn for its share of the requests. */
export const FAULT_KINDS = [
  'throttle',
  'internal_failure',
  'unavailable',
  'dependency_failure',
  'not_ready',
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
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

/** Each kind's share of the requests, 0 to 1; together at most 1. */
export type FaultShares = { readonly [kind in FaultKind]?: number }

/** What may change while the endpoint serves. */
export interface EndpointBehaviour {
  /** Service time of an invocation beside the scoring itself. Default 0. */
  readonly latencyMs?: number
  /** Further service time for each row. Default 0. */
  readonly perRowMs?: number
  /** Invocations served at a time. Default unlimited. */
  readonly concurrencyMax?: number
  /** Invocations that wait for room; beyond them the endpoint throttles. Default 0. */
  readonly queueMax?: number
  readonly faults?: FaultShares
  /** True: every invocation is answered 503, as if the endpoint were gone. */
  readonly outage?: boolean
  /** A row that contains one of these texts is refused by the container, with its whole payload. */
  readonly poisonRows?: readonly string[]
  /** The production variant that answers. Default `AllTraffic`. */
  readonly variant?: string
  readonly model?: XgboostModel
}

export interface EndpointOptions extends EndpointBehaviour {
  readonly name: string
  readonly model: XgboostModel
  /** Only loopback: the endpoint checks no credentials by itself. */
  readonly host?: '127.0.0.1'
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Seed of the faults: the same seed gives the n-th request the same fault. Default 1. */
  readonly seed?: number
  /** Larger payloads are answered 413. Default 6,291,456 as SageMaker's. */
  readonly payloadBytesMax?: number
}

export interface EndpointStats {
  /** Requests that named this endpoint, whatever their answer. */
  readonly invocations: number
  /** Rows that were scored and answered. */
  readonly rows: number
  readonly throttled: number
  /** Invocations being served or waiting now, and the most there ever were. */
  readonly inFlight: number
  readonly inFlightMax: number
  readonly faults: { readonly [kind in FaultKind]?: number }
}

export interface Endpoint {
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME` or a client's `endpoint`. */
  readonly url: string
  readonly stats: EndpointStats
  /** Changes behaviour in mid-run; what is not named stays. */
  change(behaviour: EndpointBehaviour): void
  /** Ends every connection and frees the port. Invocations in flight get no answer. */
  close(): Promise<void>
}
