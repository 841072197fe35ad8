import { isThreadAsked } from '@millrace/aggregator/ask-thread'
import { isFinal, jobIdOf, type JobState } from '@millrace/job'
import { atOnce, createRandom, createVirtualTime, tableClient } from '@millrace/testing'
import { createCloud, TABLE } from './cloud.ts'
import { drawCrashing } from './draw-crashing.ts'
import { drawDeletes } from './draw-deletes.ts'
import { drawNarrow } from './draw-narrow.ts'
import { drawOvertaken } from './draw-overtaken.ts'
import { drawParts } from './draw-parts.ts'
import { drawScenario } from './draw-scenario.ts'
import { drawUnavailable } from './draw-unavailable.ts'
import { createEndpointModel } from './endpoint.ts'
import { createExports } from './exports.ts'
import { createFleet } from './fleet.ts'
import { createListener } from './listener.ts'
import { createNotes, type Notes } from './notes.ts'
import { createOperator, writeDataset } from './operator.ts'
import { scheduleOutages } from './outages.ts'
import { heal, type Scenario } from './scenario.ts'
import { createRetries } from './retries.ts'
import type { KnownJob } from './known-job.ts'
import { checkHeard, readEnds } from './watch/finished-run.ts'
import { createRules } from './watch/rules.ts'
import { createWatch } from './watch/watch.ts'
import { watchInvocations } from './watch/watch-invocations.ts'

/** What became of one run. */
export interface Run {
  readonly seed: number
  readonly scenario: Scenario
  readonly notes: Notes
  /** The states in which the jobs ended. */
  readonly states: readonly JobState[]
  /** Why jobs failed, in the words that the ledger keeps. */
  readonly failures: readonly string[]
  /** Retries that there was a job for: neither refused nor lost. */
  readonly retries: number
  readonly events: number
  readonly invocations: number
  readonly virtualMs: number
}

/** Several times the longest of all waits. */
const WAITS_MS = 4 * 60 * 60_000
/** How often a row is asked about at most, before it is blamed for what comes of it. */
const INVOCATIONS_OF_BAD_ROW = 12
const EVENTS_MAX = 1_000_000
/** How long a run goes on after the end of every job, where something comes late. */
const LATE_MS = 60_000
/** Far from the seeds of any run. */
const RETRIES_SEED = 1_000_000_007
const APART_SEED = 2_000_000_011
const EXPORTS_SEED = 3_000_000_019
const NARROW_SEED = 4_000_000_007
const DELETES_SEED = 5_000_000_029
const UNAVAILABLE_SEED = 6_000_000_011
const CRASHING_SEED = 7_000_000_001
const MANIFESTS_SEED = 8_000_000_011
const OVERTAKEN_SEED = 8_000_000_051
const PARTS_SEED = 9_000_000_097

/**
 * After the faults have stopped every job ends within this: rows that a slow model answers by HTTP 500 take their
 * invocations one after another, as they leave the endpoint a single place; and once more in a retry.
 */
function livenessMs({ jobs, faults: { endpoint } }: Scenario): number {
  const invocations = jobs.map(({ rows, badRows }) => rows * (1 + badRows * INVOCATIONS_OF_BAD_ROW))
  return WAITS_MS + 2 * endpoint.latencyMs * invocations.reduce((sum, count) => sum + count, 0)
}

/**
 * Runs the whole system once: real producers, consumers and aggregators over models of their
 * services, with the faults that follow from the seed. The same seed gives the same run.
 */
export async function simulate(
  seed: number,
  options: { readonly full?: boolean } = {},
): Promise<Run> {
  const random = createRandom(seed)
  const ofDeletes = createRandom(seed + DELETES_SEED)
  const drawn = drawScenario(random, createRandom(seed + APART_SEED))
  const narrow = drawNarrow(createRandom(seed + NARROW_SEED), drawn)
  const unavailable = drawUnavailable(createRandom(seed + UNAVAILABLE_SEED), narrow)
  const crashing = drawCrashing(createRandom(seed + CRASHING_SEED), unavailable)
  const overtaken = drawOvertaken(createRandom(seed + OVERTAKEN_SEED), crashing)
  const inParts = drawParts(createRandom(seed + PARTS_SEED), overtaken)
  const scenario = drawDeletes(ofDeletes, inParts)
  const time = createVirtualTime(random)
  const startMs = time.nowMs
  const notes = createNotes(() => time.nowMs - startMs, options.full === true)
  const jobs = knownJobs(scenario)
  const after = (delayMs: number, run: () => void): void => void time.after(delayMs, run)

  const invocations = watchInvocations(scenario, () => time.nowMs, createRules(notes))
  const watch = createWatch(() => cloud, jobs, notes, invocations)
  const onQueueFault = (kind: string): void => notes.fault('sqs', kind, '')
  const cloud = createCloud({ time, random, ofDeletes, scenario, onFault: onQueueFault }, watch)
  const endpoint = createEndpointModel({
    random,
    faults: scenario.faults.endpoint,
    nowMs: () => time.nowMs,
    after,
    onFault: (kind) => notes.fault('endpoint', kind, ''),
    watch: invocations,
  })
  const listener = createListener()
  const ofManifests = createRandom(seed + MANIFESTS_SEED)
  const world = { time, random, ofManifests, scenario, cloud, endpoint, listener, notes }
  const fleet = createFleet(world)
  const ledger = { client: tableClient(cloud.table, atOnce), tableName: TABLE }
  const operator = createOperator({ time, random, scenario, cloud, fleet, jobs, ledger, notes })

  const retries = createRetries({
    ...{ random: createRandom(seed + RETRIES_SEED), cloud, ledger, jobs, after },
    isSure: scenario.isRetried,
    submit: (job) => {
      notes.fault('operator', 'retry', job.token)
      operator.submit(job)
    },
    codesOf: (job) => watch.codesOf(job),
  })

  const exports = createExports({
    ...{ random: createRandom(seed + EXPORTS_SEED), cloud, ledger, jobs, after },
    nowMs: () => time.nowMs,
    onAsk: (job) => notes.fault('operator', 'export', job.token),
  })

  for (const job of jobs.values()) {
    writeDataset(cloud, random, job)
    after(job.plan.submitAtMs, () => operator.submit(job))
  }
  for (const app of ['producer', 'consumer', 'aggregator'] as const) {
    for (let count = 0; count < scenario.machines[app]; count += 1) fleet.start(app)
  }
  for (const { atMs, kind } of scenario.actions) after(atMs, () => operator.act(kind))
  for (const { atMs, concurrencyMax } of scenario.adjustments) {
    after(atMs, () => operator.adjust(concurrencyMax))
  }
  scheduleOutages(scenario, after, notes)
  after(scenario.healAtMs, () => {
    notes.add('world', 'faults stop')
    heal(scenario.faults)
    fleet.heal()
    operator.heal()
  })

  const aimed = new Set(scenario.aimed)
  const isHealed = (): boolean => time.nowMs > startMs + scenario.healAtMs
  /** Looks whether a job is where the scenario waits for it. */
  const aim = (): void => {
    if (isHealed()) return
    for (const one of aimed) {
      if (![...jobs.values()].some((job) => stateOf(job) === one.state)) continue
      aimed.delete(one)
      // Who pauses a job when all else is well again has to resume it, too.
      for (const { atMs, kind } of one.actions) {
        after(atMs, () => isHealed() || operator.act(kind))
      }
    }
  }
  let lateUntilMs: number | undefined
  /** True when nothing more is to come after the end of every job. */
  const isLate = (): boolean => {
    if (scenario.afterwards.length === 0) return true
    if (lateUntilMs === undefined) {
      lateUntilMs = time.nowMs + LATE_MS
      scenario.afterwards.forEach((kind, index) => {
        after(index * 5_000, () => operator.act(kind))
      })
    }
    return time.nowMs >= lateUntilMs
  }
  const stateOf = ({ jobId }: KnownJob): JobState => cloud.stateOf(jobId) as JobState
  const deadlineMs = startMs + scenario.healAtMs + livenessMs(scenario)
  const hasEnded = (job: KnownJob): boolean =>
    stateOf(job) === undefined ? retries.isRefused(job) : isFinal(stateOf(job))
  const isHeard = (job: KnownJob): boolean =>
    !scenario.hears ||
    stateOf(job) === undefined ||
    listener.heardOf(job.jobId).some(({ id }) => id.endsWith(':ended'))
  const isInLogs = readEnds(notes)
  /** Where nothing goes wrong its end is in the logs: just after it is in the ledger. */
  const isTold = (job: KnownJob): boolean =>
    !scenario.calm || stateOf(job) === undefined || isInLogs(job.jobId)
  let looked = -1
  const isOver = (): boolean => {
    // Asked after each event, of which few change the state of a job.
    if (looked !== cloud.jobWrites()) {
      looked = cloud.jobWrites()
      aim()
      retries.look()
      if (scenario.exports) exports.look()
    }
    if (isStopped()) return true
    if (retries.isDeciding() || exports.isWaiting()) return false
    for (const job of jobs.values()) {
      if (!hasEnded(job) || !isHeard(job) || !isTold(job)) return false
    }
    return isLate()
  }
  const isStopped = (): boolean =>
    notes.violations.length > 0 || time.nowMs > deadlineMs || time.events > EVENTS_MAX
  await time.run(isOver, isThreadAsked)

  const states = [...jobs.values()].map(stateOf).filter((state) => state !== undefined)
  if (notes.violations.length === 0) {
    for (const job of jobs.values()) {
      if (hasEnded(job)) continue
      notes.violation('every job ends', `${job.token} is ${stateOf(job) ?? 'not there'}`)
    }
    if (scenario.hears) {
      for (const job of jobs.values())
        checkHeard(notes, listener.heardOf(job.jobId), job, stateOf(job))
    }
    if (scenario.exports) {
      for (const job of jobs.values()) await watch.checkExport(job, exports.outcomeOf(job))
    }
    await watch.finish(endpoint.seen, scenario.calm)
  }
  fleet.end()
  const failures = [...jobs.values()].flatMap(({ jobId }) => {
    const failure = cloud.table.item(`JOB#${jobId}`, 'META')?.['failure']?.M
    return failure === undefined ? [] : [`${failure['code']?.S}: ${failure['message']?.S}`]
  })
  const { events } = time
  return {
    seed,
    scenario,
    notes,
    states,
    failures,
    retries: [...jobs.values()].filter((job) => job.below !== undefined && stateOf(job)).length,
    events,
    invocations: endpoint.invocations(),
    virtualMs: time.nowMs - startMs,
  }
}

function knownJobs({ jobs }: Scenario): Map<string, KnownJob> {
  return new Map(
    jobs.map((plan) => {
      const { token } = plan
      return [token, { plan, token, jobId: jobIdOf(token), versions: new Map() }]
    }),
  )
}
