import type { Random } from '@millrace/testing'
import { drawApart } from './draw-apart.ts'
import type { Action, ActionKind, Aimed, Faults, JobPlan, Scenario } from './scenario.ts'

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
    actions: calm ? [] : drawActions(random, healAtMs),
    aimed: calm ? [] : drawAimed(random),
    afterwards: random.chance(0.1) ? LATE : [],
  }
  const { operations, aimedToo, ...more } = drawApart(apart, drawn)
  return {
    ...drawn,
    ...more,
    actions: [...drawn.actions, ...operations],
    aimed: [...drawn.aimed, ...aimedToo],
  }
}

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
      down: 'refused',
      refuses: 400,
      // Only what takes its time is throttled again and again.
      latencyMs: random.pick(
        capacity < 1_000 ? [50, 1_000, 20_000] : [5, 5, 50, 50, 1_000, 1_000, 1_000, 20_000],
      ),
    },
    away: new Map(),
    duplicates: rate(0.02, 0.5),
    entryFailures: rate(0.01, 0.2),
    deletesIgnored: 0,
    deletesUndone: 0,
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
