import { limits } from '@millrace/job'
import type { Random } from '@millrace/testing'
import type {
  Action,
  ActionKind,
  Adjustment,
  Aimed,
  Crowd,
  JobPlan,
  Scenario,
  ServiceOutage,
} from './scenario.ts'

type Drawn = Pick<Scenario, 'calm' | 'healAtMs' | 'jobs' | 'faults'>

type Apart = Pick<
  Scenario,
  | 'jobs'
  | 'preflightPatienceSeconds'
  | 'outages'
  | 'stopPatienceSeconds'
  | 'hears'
  | 'exports'
  | 'adjustments'
  | 'crowds'
  | 'isRetried'
> & { readonly operations: readonly Action[]; readonly aimedToo: readonly Aimed[] }

/**
 * What has come to scenarios since: what is added is drawn last, so that a seed shows what it has shown where
 * it has nothing of that.
 */
export function drawApart(random: Random, { calm, healAtMs, jobs, faults }: Drawn): Apart {
  const operations = calm ? drawOperations(random, healAtMs) : []
  const quickResume = calm ? [] : drawQuickResume(random)
  const preflightPatienceSeconds = random.chance(0.5) ? 300 : 8
  const outages = drawOutages(random, calm, healAtMs)
  const stopPatienceSeconds = drawStopPatience(random, calm)
  // A job that ends for its bad rows leaves batches behind, as no calm run may.
  const tolerant = calm ? jobs : jobs.map((job) => ({ ...job, ...drawTolerance(random) }))
  const split = tolerant.map((job) => ({ ...job, objects: drawObjects(random, job) }))
  const hears = random.chance(0.1)
  const exports = random.chance(0.1)
  const adjustments = drawAdjustments(random, healAtMs)
  const crowds = calm ? [] : drawCrowds(random, healAtMs)
  const lateResults = calm ? [] : drawLateResults(random)
  const isRetried = lateResults.length > 0
  return {
    // A batch that is bisected for minutes is cut off by a deploy, and begun again.
    operations: faults.endpoint.latencyMs > 1_000 ? [] : operations,
    preflightPatienceSeconds,
    outages,
    stopPatienceSeconds,
    jobs: split.map((job) => (isRetried ? { ...job, badRows: job.badRows || 0.2 } : job)),
    isRetried,
    hears,
    exports,
    adjustments,
    crowds,
    aimedToo: [...quickResume, ...lateResults],
  }
}

/** What an operator does any day. */
const OPERATIONS: readonly ActionKind[] = ['deploy', 'scale_out', 'scale_in']

/** Nothing of it may be seen in what becomes of a job. */
function drawOperations(random: Random, healAtMs: number): Action[] {
  const kinds = OPERATIONS.filter(() => random.chance(0.3))
  return kinds.map((kind) => ({ atMs: Math.round(random.log(1, healAtMs)), kind }))
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

function drawAdjustments(random: Random, healAtMs: number): Adjustment[] {
  if (!random.chance(0.1)) return []
  return Array.from({ length: random.int(1, 3) }, () => ({
    atMs: Math.round(random.log(1, healAtMs)),
    concurrencyMax: random.int(1, 4),
  }))
}

/** At times from the start, and longer than a producer asks the endpoint again. */
function drawCrowds(random: Random, healAtMs: number): Crowd[] {
  if (!random.chance(0.06)) return []
  if (random.chance(0.5)) return [{ atMs: 0, forMs: healAtMs }]
  const [atMs, forMs] = [random.log(1, healAtMs), random.log(1_000, healAtMs)]
  return [{ atMs: Math.round(atMs), forMs: Math.round(forMs) }]
}

/** What is written of a result arrives when another may have ended the job, and a retry of it begun. */
function drawLateResults(random: Random): Aimed[] {
  if (!random.chance(0.1)) return []
  const kind = random.pick(['overtake_aggregators', 'late_store'] as const)
  return [{ state: 'aggregating', actions: [{ atMs: random.log(1, 2_000), kind }] }]
}

function drawTolerance(random: Random): Pick<JobPlan, 'tolerance'> {
  if (!random.chance(0.15)) return {}
  const [failedRowsMax, failedRowsPercentMax] = [random.int(0, 4), random.pick([0, 10, 50])]
  return { tolerance: random.chance(0.5) ? { failedRowsMax } : { failedRowsPercentMax } }
}

const drawObjects = (random: Random, { rows }: JobPlan): number =>
  random.chance(0.15) ? Math.min(rows, random.int(2, 4)) : 1
