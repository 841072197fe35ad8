import { spareTasks } from '../meter/measure.ts'
import type { ScalingPolicy } from './scaling-policy.ts'

/** What happens to a fleet; times in seconds from the beginning. */
export interface Scenario {
  readonly name: string
  readonly hours: number
  /** Batches published in the ten seconds that begin at a time. */
  readonly arrivals: (seconds: number) => number
  /** Batches that the endpoint serves at once, at a time. */
  readonly endpoint: (seconds: number) => number
  readonly batchSeconds: number
  /** Share of batches, 0 to 1, that come back until their attempts are used up. */
  readonly poison?: (seconds: number) => number
}

export interface Fleet {
  readonly concurrency: number
  /** From the decision to the first receive: placing a task, fetching its image, starting. */
  readonly taskStartSeconds: number
  readonly attemptsMax: number
  /** How long a batch that failed is given back for. */
  readonly releaseSeconds: number
}

/** One sample a step. */
export interface Sample {
  readonly seconds: number
  readonly backlog: number
  readonly tasks: number
  readonly ageSeconds: number
  readonly inFlight: number
  readonly endpoint: number
}

export const STEP_SECONDS = 10

/**
 * A day of a fleet as flows: batches arrive, tasks start and stop as the alarms say, and as many batches
 * are in flight as tasks hold and the endpoint serves (each consumer's limiter sees to that).
 */
export function simulate(scenario: Scenario, policy: ScalingPolicy, fleet: Fleet): Sample[] {
  const scaler = createScaler(policy)
  const samples: Sample[] = []
  const starting: { tasks: number; at: number }[] = []
  const line = createLine()
  const releases: { batches: number; attempt: number; at: number }[] = []
  let running = 0
  for (let seconds = 0; seconds < scenario.hours * 3_600; seconds += STEP_SECONDS) {
    while (starting[0] !== undefined && starting[0].at <= seconds) {
      running += starting.shift()!.tasks
    }
    line.add(seconds, scenario.arrivals(seconds), 1)
    while (releases[0] !== undefined && releases[0].at <= seconds) {
      const { batches, attempt } = releases.shift()!
      line.add(seconds, batches, attempt)
    }
    const endpoint = scenario.endpoint(seconds)
    const room = Math.min(running * fleet.concurrency, endpoint)
    const served = line.take((room / scenario.batchSeconds) * STEP_SECONDS)
    const inFlight = (served.batches / STEP_SECONDS) * scenario.batchSeconds
    for (const { batches, attempt } of served.parts) {
      const failed = batches * (attempt > 1 ? 1 : (scenario.poison?.(seconds) ?? 0))
      if (failed > 0 && attempt < fleet.attemptsMax) {
        const at = seconds + fleet.releaseSeconds
        releases.push({ batches: failed, attempt: attempt + 1, at })
      }
    }
    const released = releases.reduce((sum, { batches }) => sum + batches, 0)
    const backlog = line.length() + inFlight + released
    if (seconds % 60 === 0) {
      const desired = running + starting.reduce((sum, { tasks }) => sum + tasks, 0)
      const change = scaler.decide(seconds, backlog, desired) - desired
      if (change > 0) starting.push({ tasks: change, at: seconds + fleet.taskStartSeconds })
      // Tasks that have not started are the first to go; the others drain within their two minutes.
      if (change < 0) running = stop(starting, running, -change)
    }
    samples.push({
      seconds,
      backlog,
      tasks: running,
      ageSeconds: line.age(seconds),
      inFlight,
      endpoint,
    })
  }
  return samples
}

function stop(starting: { tasks: number; at: number }[], running: number, tasks: number): number {
  let left = tasks
  while (left > 0 && starting.length > 0) {
    const last = starting.at(-1)!
    const gone = Math.min(left, last.tasks)
    left -= gone
    if (gone === last.tasks) starting.pop()
    else starting[starting.length - 1] = { ...last, tasks: last.tasks - gone }
  }
  return running - left
}

/** CloudWatch's alarms and Application Auto Scaling's step policies, once a minute. */
export function createScaler(policy: ScalingPolicy) {
  let lastGrowth = -Infinity
  let lastShrink = -Infinity
  let low = 0
  let idle = 0
  return {
    /** The tasks that are wanted, given those that run or start. */
    decide(seconds: number, backlog: number, tasks: number): number {
      const perTask = Math.ceil(backlog) / Math.max(tasks, 1)
      low = spareTasks(Math.ceil(backlog), tasks, policy.shrink.below) > 0 ? low + 1 : 0
      idle = Math.ceil(backlog) === 0 ? idle + 1 : 0
      const capped = (wanted: number) => Math.min(policy.tasksMax, Math.max(0, wanted))
      if (tasks === 0) {
        const step = policy.wake.findLast(
          ({ from }) => perTask >= Math.max(1, from * policy.target),
        )
        return capped(step?.tasks ?? 0)
      }
      if (idle >= policy.sleepMinutes) return 0
      const step = policy.grow.findLast(({ from }) => perTask >= from * policy.target)
      if (step !== undefined) {
        if (seconds - lastGrowth < policy.growCooldownSeconds) return tasks
        lastGrowth = seconds
        return capped(tasks + changeOf(tasks, step.percent))
      }
      const isLow = low >= policy.shrink.minutes
      if (!isLow || seconds - lastShrink < policy.shrinkCooldownSeconds) return tasks
      lastShrink = seconds
      return capped(tasks + changeOf(tasks, policy.shrink.percent))
    },
  }
}

/**
 * A percentage of the capacity as Application Auto Scaling rounds it: towards zero, but one at the
 * least (user guide, "Step scaling policies", "Scaling adjustment types").
 */
export function changeOf(tasks: number, percent: number): number {
  const exact = (tasks * percent) / 100
  return Math.abs(exact) < 1 ? Math.sign(exact) : Math.trunc(exact)
}

/** What waits, oldest first. */
function createLine() {
  const parts: { at: number; batches: number; attempt: number }[] = []
  return {
    add(at: number, batches: number, attempt: number): void {
      if (batches > 0) parts.push({ at, batches, attempt })
    },
    take(most: number) {
      const taken: { batches: number; attempt: number }[] = []
      let left = most
      while (left > 0 && parts[0] !== undefined) {
        const [first] = parts
        const batches = Math.min(left, first.batches)
        taken.push({ batches, attempt: first.attempt })
        left -= batches
        first.batches -= batches
        if (first.batches <= 1e-9) parts.shift()
      }
      return { parts: taken, batches: most - left }
    },
    length: () => parts.reduce((sum, { batches }) => sum + batches, 0),
    age: (now: number) => (parts[0] === undefined ? 0 : now - parts[0].at),
  }
}
