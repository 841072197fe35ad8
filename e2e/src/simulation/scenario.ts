import { limits } from '@millrace/job'
import type { Away, LinkFaults, Random } from '@millrace/testing'

/** Faults of the endpoint, each the probability of one invocation. */
export interface EndpointFaults {
  /** Invocations at once beyond which it throttles. */
  capacity: number
  /** HTTP 500 out of the container. */
  failed: number
  /** A 200 with a line too few or too many. */
  malformed: number
  /** No answer in a minute. */
  hung: number
  /** Until then no connection is accepted. */
  downUntilMs: number
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
  readonly outages: readonly ServiceOutage[]
  /** From the signal that stops an app to the one that it must not wait any more. */
  readonly stopPatienceSeconds: number
  /** What is done so soon after a job has come to a state: by chance alone it is hardly ever met. */
  readonly aimed: readonly Aimed[]
  /** What is done when every job has ended; the run goes on for a while. */
  readonly afterwards: readonly ActionKind[]
}

/**
 * Draws a run. Each kind of fault is there in about a third of the runs only: where everything is
 * always broken nothing gets far enough to break in an interesting way (swarm testing, Groce et al., 2012).
 *
 * @param apart a stream of its own, of which is drawn what most runs have nothing of, so that these stay the same.
 */
export function drawScenario(random: Random, apart: Random): Scenario {
  const healAtMs = Math.round(random.log(20_000, 10 * 60_000))
  const calm = random.chance(0.1)
  const drawn = {
    calm,
    jobs: drawJobs(random, healAtMs),
    machines: {
      producer: random.int(1, 2),
      consumer: random.int(1, 3),
      aggregator: random.int(1, 2),
    },
    // What is overtaken is told by its delay, which only a calm run has to be without.
    farMachines: random.chance(calm ? 0.6 : 0.3) ? 0.5 : 0,
    farLatencyMs: calm ? 50 : 100,
    concurrency: random.pick([1, 2, 4, 16]),
    visibilitySeconds: random.pick([6, 12, 30, 120]),
    receiveWaitSeconds: random.pick([5, 20, 20, 20]),
    stalledSeconds: random.pick(calm ? [900] : [60, 300, 900]),
    skewSecondsMax: !calm && random.chance(0.3) ? random.int(1, 150) : 0,
    healAtMs,
    faults: drawFaults(random, calm),
    actions: calm ? drawOperations(apart, healAtMs) : drawActions(random, healAtMs),
    aimed: calm ? [] : [...drawAimed(random), ...drawQuickResume(apart)],
    afterwards: random.chance(0.1) ? LATE : [],
    preflightPatienceSeconds: apart.chance(0.5) ? 300 : 8,
    outages: drawOutages(apart, calm, healAtMs),
    stopPatienceSeconds: drawStopPatience(apart, calm),
    hears: false,
  }
  // A job that ends for its bad rows leaves batches behind, as no calm run may.
  if (!calm) drawn.jobs = drawn.jobs.map((job) => ({ ...job, ...drawTolerance(apart) }))
  drawn.jobs = drawn.jobs.map((job) => ({ ...job, objects: drawObjects(apart, job) }))
  drawn.hears = apart.chance(0.1)
  // A batch that is bisected for minutes is cut off by a deploy, and begun again.
  return calm && drawn.faults.endpoint.latencyMs > 1_000 ? { ...drawn, actions: [] } : drawn
}

/** What is set aside for an outage is seen best where nothing else goes wrong. */
function drawOutages(random: Random, calm: boolean, healAtMs: number): ServiceOutage[] {
  if (!random.chance(calm ? 0.4 : 0.1)) return []
  return Array.from({ length: random.int(1, 2) }, () => ({
    atMs: Math.round(random.log(1, healAtMs)),
    forMs: Math.round(random.log(1_000, 10 * 60_000)),
    // A message that could not be deleted comes again, and is charged for that.
    service: random.pick(
      calm ? (['dynamodb', 's3'] as const) : (['sqs', 'dynamodb', 's3'] as const),
    ),
    away: random.pick(['unreachable', 'refusing', 'silent'] as const),
  }))
}

/** A person who stops an app a second time does not wait for the deadline. */
function drawStopPatience(random: Random, calm: boolean): number {
  if (calm || !random.chance(0.15)) return limits.drainDeadlineSeconds
  return random.log(0.1, 30)
}

function drawTolerance(random: Random): Pick<JobPlan, 'tolerance'> {
  if (!random.chance(0.15)) return {}
  const [failedRowsMax, failedRowsPercentMax] = [random.int(0, 4), random.pick([0, 10, 50])]
  return { tolerance: random.chance(0.5) ? { failedRowsMax } : { failedRowsPercentMax } }
}

const drawObjects = (random: Random, { rows }: JobPlan): number =>
  random.chance(0.15) ? Math.min(rows, random.int(2, 4)) : 1

function drawAimed(random: Random): Aimed[] {
  const aimed: Aimed[] = []
  if (random.chance(0.15)) {
    const kind = random.pick([
      'cancel',
      'freeze_aggregators',
      'freeze_aggregators',
      'pause',
    ] as const)
    aimed.push({ state: 'aggregating', actions: [{ atMs: random.log(1, 2_000), kind }] })
  }
  // Two producers pin the dataset at once, and it changes between them.
  if (random.chance(0.1)) {
    const overwrite = { atMs: random.log(1, 1_000), kind: 'overwrite_dataset' } as const
    aimed.push({ state: 'planning', actions: [{ atMs: 0, kind: 'submit_again' }, overwrite] })
  }
  return aimed
}

/** Resumed at once, while a producer may still take the job for paused. */
function drawQuickResume(random: Random): Aimed[] {
  if (!random.chance(0.05)) return []
  const pausedAtMs = random.log(1, 1_000)
  const resumedAtMs = pausedAtMs + random.log(100, 2_000)
  const actions = [
    { atMs: pausedAtMs, kind: 'pause' },
    { atMs: resumedAtMs, kind: 'resume' },
  ] as const
  return [{ state: 'planning', actions }]
}

function drawJobs(random: Random, healAtMs: number): JobPlan[] {
  const count = random.chance(0.2) ? 2 : 1
  // Above 128 batches the tree of progress has two levels.
  const isWide = random.chance(0.01)
  return Array.from({ length: count }, (_, index) => ({
    token: `job-${index}`,
    objects: 1,
    rows: isWide ? random.int(129, 160) : random.int(1, 40),
    batchRows: isWide ? 1 : random.int(1, 8),
    join: random.pick(['none', 'all']),
    header: random.chance(0.5),
    doubles: random.chance(0.25),
    badRows: random.chance(0.3) ? random.pick([0.02, 0.2, 0.5]) : 0,
    submitAtMs: index === 0 ? 0 : random.int(0, Math.min(healAtMs, 60_000)),
  }))
}

function drawFaults(random: Random, calm: boolean): Faults {
  const rate = (min: number, max: number): number =>
    !calm && random.chance(0.35) ? random.log(min, max) : 0
  const capacity = !calm && random.chance(0.3) ? random.int(1, 4) : 1_000
  return {
    link: {
      requestLost: rate(0.005, 0.15),
      responseLost: rate(0.005, 0.15),
      arrivesLate: rate(0.002, 0.05),
      refused: rate(0.005, 0.2),
      crash: rate(0.001, 0.03),
      freeze: rate(0.001, 0.02),
      latencyMs: random.pick(calm ? [2, 10] : [2, 10, 100]),
    },
    endpoint: {
      capacity,
      failed: rate(0.01, 0.3),
      malformed: rate(0.01, 0.3),
      hung: rate(0.005, 0.05),
      downUntilMs: 0,
      // Only what takes its time is throttled again and again.
      latencyMs: random.pick(
        capacity < 1_000 ? [50, 1_000, 20_000] : [5, 5, 50, 50, 1_000, 1_000, 1_000, 20_000],
      ),
    },
    away: new Map(),
    duplicates: rate(0.02, 0.5),
    entryFailures: rate(0.01, 0.2),
    freezeSecondsMax: random.pick([2, 30, 300]),
    // No fault: reads that do not ask for more are as old as this any day.
    lagMs: random.chance(0.35) ? random.log(10, 10_000) : 0,
  }
}

/** What may come late, and must change nothing any more. */
const LATE: readonly ActionKind[] = [
  'cancel',
  'pause',
  'submit_again',
  'redrive',
  'overwrite_dataset',
]

const ACTIONS: readonly ActionKind[] = [
  'crash_one',
  'freeze_one',
  'deploy',
  'scale_out',
  'scale_in',
  'outage',
  'overwrite_dataset',
  'pause',
  'resume',
  'cancel',
  'submit_again',
  'purge_batches',
  'purge_completions',
  'redrive',
  'deliver_all_again',
  'junk',
]

/** What an operator does any day. */
const OPERATIONS: readonly ActionKind[] = ['deploy', 'scale_out', 'scale_in']

/** Nothing of it may be seen in what becomes of a job. */
function drawOperations(random: Random, healAtMs: number): Action[] {
  const kinds = OPERATIONS.filter(() => random.chance(0.3))
  return kinds.map((kind) => ({ atMs: Math.round(random.log(1, healAtMs)), kind }))
}

/** Most of what happens, happens while the job is young: moments are spread by their logarithm. */
function drawActions(random: Random, healAtMs: number): Action[] {
  const kinds = ACTIONS.filter(() => random.chance(0.12))
  return kinds.flatMap((kind) =>
    Array.from({ length: random.int(1, 2) }, () => ({
      atMs: Math.round(random.log(1, healAtMs)),
      kind,
    })),
  )
}

/** Stops every fault. The latencies stay: a slow network is no fault. */
export function heal(faults: Faults): void {
  const { link, endpoint, away } = faults
  away.clear()
  const { latencyMs } = link
  for (const kind of Object.keys(link)) link[kind as keyof LinkFaults] = 0
  link.latencyMs = latencyMs
  Object.assign(endpoint, { capacity: 1_000, failed: 0, malformed: 0, hung: 0, downUntilMs: 0 })
  Object.assign(faults, { duplicates: 0, entryFailures: 0, lagMs: 0 })
}
