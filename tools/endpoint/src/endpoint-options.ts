import type { FaultKind, FaultShares } from './faults.ts'
import type { Layout } from './encode-predictions.ts'
import type { XgboostModel } from './xgboost-model.ts'

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
  /** How much longer an invocation with the fault `slow` takes. Default 2,000. */
  readonly slowMs?: number
  /** An invocation whose service would take longer ends so: OriginalStatusCode 0. Default 60,000. */
  readonly invocationTimeoutMs?: number
  /**
   * A row that contains one of these texts, or for which the function says so, is refused by the
   * container, and with it the whole payload. Default none.
   */
  readonly poisonRows?: readonly string[] | ((row: string) => boolean)
  /** The status by which it refuses them: many a container fails at a bad row by 500. Default XGBoost's 415. */
  readonly poisonStatus?: number
  /** How the answers are laid out; see `LAYOUTS`. Default `lines`. */
  readonly layout?: Layout
  /** The production variant that answers. Default `AllTraffic`. */
  readonly variant?: string
  readonly model?: XgboostModel
}

export interface EndpointOptions extends EndpointBehaviour {
  readonly name: string
  readonly model: XgboostModel
  /** Only loopback: it is for this machine alone. */
  readonly host?: '127.0.0.1'
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Seed of the faults: the same seed gives the n-th request the same fault. Default 1. */
  readonly seed?: number
  /** Larger payloads are answered 413. Default 6,291,456 as SageMaker's. */
  readonly payloadBytesMax?: number
  /** When given, a request signed with another access key is refused. */
  readonly accessKeyId?: string
  /** When given, every signature is verified with it, and one that does not match is refused. */
  readonly secretAccessKey?: string
  /** Told of every invocation as it arrives, before anything is decided about it. */
  readonly onInvocation?: (invocation: InvocationSeen) => void
}

/** An invocation as it arrived: what a client's test wants to know of its own requests. */
export interface InvocationSeen {
  /** Counted from 1; the number that the fault is drawn for. */
  readonly request: number
  readonly payload: Buffer
  /** Lower-case names; `x-amzn-sagemaker-target-variant` and the like. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface EndpointStats {
  /** Requests that named this endpoint, whatever their answer. */
  readonly invocations: number
  /** Rows that were scored and answered. */
  readonly rows: number
  /** Invocations answered ThrottlingException, for want of room or as a fault. */
  readonly throttled: number
  /** Invocations being served or waiting now, and the most there ever were. */
  readonly inFlight: number
  readonly inFlightMax: number
  /** How many invocations met each fault. */
  readonly faults: { readonly [kind in FaultKind]?: number }
  /** How many invocations were answered with each HTTP status. */
  readonly statuses: { readonly [status: number]: number }
}

export interface Endpoint extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME` or a client's `endpoint`. */
  readonly url: string
  readonly stats: EndpointStats
  /** Changes behaviour in mid-run; what is not named stays. */
  change(behaviour: EndpointBehaviour): void
  /** Ends every connection and frees the port. Invocations in flight get no answer. */
  close(): Promise<void>
}
