import { limits } from '@millrace/job'
import type { Fleet, Scenario } from './simulate.ts'
import { STEP_SECONDS } from './simulate.ts'

/** The fleet of the production example: 16 batches a task; a Fargate task takes about a minute. */
export const fleet: Fleet = {
  concurrency: 16,
  taskStartSeconds: 60,
  attemptsMax: limits.attemptsMax,
  releaseSeconds: 30,
}

/** What the endpoint serves at once; the fleet's most follows from it. */
export const ENDPOINT = 192
export const TASKS_MAX = ENDPOINT / fleet.concurrency
export const BATCH_SECONDS = 1

const at = (hour: number) => hour * 3_600
const perSecond = (batches: number) => batches * STEP_SECONDS
const healthy = () => ENDPOINT

/** As many batches as that many rows in batches of a thousand, published as fast as a scan goes. */
const burst = (rows: number, hour: number) => (seconds: number) =>
  seconds >= at(hour) && seconds < at(hour) + 60 ? rows / 1_000 / (60 / STEP_SECONDS) : 0

export const scenarios: readonly Scenario[] = [
  {
    name: 'idle',
    hours: 24,
    arrivals: () => 0,
    endpoint: healthy,
    batchSeconds: BATCH_SECONDS,
  },
  {
    name: 'one small job',
    hours: 24,
    arrivals: (seconds) => (seconds === at(3) ? 50 : 0),
    endpoint: healthy,
    batchSeconds: BATCH_SECONDS,
  },
  {
    name: 'steady',
    hours: 24,
    // Busy by day, quiet by night: 10 to 90 batches a second.
    arrivals: (seconds) => perSecond(50 - 40 * Math.cos((2 * Math.PI * seconds) / at(24))),
    endpoint: healthy,
    batchSeconds: BATCH_SECONDS,
  },
  {
    name: 'burst of 10 million rows',
    hours: 24,
    arrivals: burst(10_000_000, 3),
    endpoint: healthy,
    batchSeconds: BATCH_SECONDS,
  },
  {
    name: 'burst of 100 million rows',
    hours: 24,
    arrivals: burst(100_000_000, 3),
    endpoint: healthy,
    batchSeconds: BATCH_SECONDS,
  },
  {
    name: 'endpoint at half capacity',
    hours: 24,
    arrivals: burst(100_000_000, 3),
    endpoint: (seconds) => (seconds >= at(3.05) ? ENDPOINT / 2 : ENDPOINT),
    batchSeconds: BATCH_SECONDS,
  },
  {
    name: 'poison storm',
    hours: 24,
    arrivals: burst(10_000_000, 3),
    endpoint: healthy,
    batchSeconds: BATCH_SECONDS,
    poison: () => 0.5,
  },
  {
    name: 'a job every ten minutes',
    hours: 24,
    arrivals: (seconds) => (seconds % 600 === 0 ? 1_500 : 0),
    endpoint: healthy,
    batchSeconds: BATCH_SECONDS,
  },
]
