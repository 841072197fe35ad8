import type { Away, LinkFaults } from '@millrace/testing'

/** Faults of the endpoint, each the probability of one invocation. */
export interface EndpointFaults {
  /** Invocations at once beyond which it throttles; none while others crowd it. */
  capacity: number
  /** HTTP 500 out of the container. */
  failed: number
  /** A 200 with a line too few or too many. */
  malformed: number
  /** No answer in a minute. */
  hung: number
  /** Until then nobody is served: no connection is accepted, or each request is answered by HTTP 503. */
  downUntilMs: number
  readonly down: 'refused' | 'unavailable'
  /** What the container answers to rows that its model does not take. */
  readonly refuses: 400 | 500
  latencyMs: number
}

/** The services that every app stands on, by the first word of their calls. */
export type Service = 'sqs' | 'dynamodb' | 's3'

/** A service that is away for a while, for everybody. */
export interface ServiceOutage {
  readonly atMs: number
  readonly forMs: number
  readonly service: Service
  readonly away: Away
}

/** Everything that goes wrong, by its rate. `heal` sets all of them to nothing. */
export interface Faults {
  readonly link: LinkFaults
  readonly endpoint: EndpointFaults
  /** Services that are away now. */
  readonly away: Map<Service, Away>
  duplicates: number
  entryFailures: number
  /** How likely a delete by the handle of an earlier receive does nothing, and any delete does not last. */
  deletesIgnored: number
  deletesUndone: number
  /** Seconds that a frozen machine stays frozen at most. */
  freezeSecondsMax: number
  /** How long reads that are not consistent lag behind, in milliseconds at most. */
  lagMs: number
}

/** What an operator, a deployment or chance does once, at a moment. */
export type ActionKind =
  | 'crash_one'
  | 'freeze_one'
  | 'freeze_aggregators'
  | 'overtake_aggregators'
  | 'overtake_as_they_wake'
  | 'late_store'
  | 'deploy'
  | 'scale_out'
  | 'scale_in'
  | 'outage'
  | 'overwrite_dataset'
  | 'pause'
  | 'resume'
  | 'cancel'
  | 'submit_again'
  | 'purge_batches'
  | 'purge_completions'
  | 'redrive'
  | 'deliver_all_again'
  | 'junk'

export interface Action {
  readonly atMs: number
  readonly kind: ActionKind
}

export interface JobPlan {
  readonly token: string
  readonly rows: number
  /** Below one prefix, with the rows in equal shares; a single one is named itself. */
  readonly objects: number
  readonly batchRows: number
  readonly join: 'none' | 'all'
  readonly header: boolean
  /** Its model sends doubles, not floats of 32 bits as XGBoost does: parts keep the two otherwise. */
  readonly doubles: boolean
  /** Of each row, to be one that the model refuses, or of another width. */
  readonly badRows: number
  /** How many rows may fail, where the job says so: all of them otherwise. */
  readonly tolerance?:
    | { readonly failedRowsMax: number }
    | { readonly failedRowsPercentMax: number }
  readonly submitAtMs: number
}

/** Actions at moments after the first job has come to a state. */
export interface Aimed {
  readonly state: 'planning' | 'aggregating'
  readonly actions: readonly Action[]
}

/** Somebody sets how many invocations of a job all consumers together may have in flight. */
export interface Adjustment {
  readonly atMs: number
  readonly concurrencyMax: number
}

/** Others keep the endpoint busy for a while: it has no room for anybody of ours. */
export interface Crowd {
  readonly atMs: number
  readonly forMs: number
}

/** One run, as it follows from its seed. */
export interface Scenario {
  /** Nothing goes wrong, though there are deploys; then nothing may be repeated or late either. */
  readonly calm: boolean
  readonly jobs: readonly JobPlan[]
  readonly machines: Readonly<Record<'producer' | 'consumer' | 'aggregator', number>>
  /** The share of machines that are far away, so that others overtake them; and how far. */
  readonly farMachines: number
  readonly farLatencyMs: number
  readonly concurrency: number
  readonly visibilitySeconds: number
  readonly receiveWaitSeconds: number
  readonly stalledSeconds: number
  /** As `millrace run` has it, or as a stack. */
  readonly preflightPatienceSeconds: number
  readonly skewSecondsMax: number
  /** Faults stop here; from then on every job has to come to its end. */
  readonly healAtMs: number
  readonly faults: Faults
  readonly actions: readonly Action[]
  /** Somebody wants to hear of the start and the end of jobs. */
  readonly hears: boolean
  /** Each job is retried once it has ended, where there is something to retry; otherwise in some runs. */
  readonly isRetried: boolean
  /** Another result is wanted of each job that has ended. */
  readonly exports: boolean
  /** A result of more bytes goes up in parts of so many; otherwise it goes up whole. */
  readonly partBytes?: number
  readonly adjustments: readonly Adjustment[]
  readonly outages: readonly ServiceOutage[]
  readonly crowds: readonly Crowd[]
  /** From the signal that stops an app to the one that it must not wait any more. */
  readonly stopPatienceSeconds: number
  /** What is done so soon after a job has come to a state: by chance alone it is hardly ever met. */
  readonly aimed: readonly Aimed[]
  /** What is done when every job has ended; the run goes on for a while. */
  readonly afterwards: readonly ActionKind[]
}

/** Stops every fault. The latencies stay: a slow network is no fault. */
export function heal(faults: Faults): void {
  const { link, endpoint, away } = faults
  away.clear()
  const { latencyMs } = link
  for (const kind of Object.keys(link)) link[kind as keyof LinkFaults] = 0
  link.latencyMs = latencyMs
  Object.assign(endpoint, { capacity: 1_000, failed: 0, malformed: 0, hung: 0, downUntilMs: 0 })
  const ofQueues = { duplicates: 0, entryFailures: 0, deletesIgnored: 0, deletesUndone: 0 }
  Object.assign(faults, { ...ofQueues, lagMs: 0 })
}
