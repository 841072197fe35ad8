import { deadlineOf, type Job } from '@millrace/job'
import { type Deps, reconcileOnce } from './reconcile.ts'
import { jobWith, never, streamOf } from './test-data.fixture.ts'

export const STALLED_MS = 1_000
export const running = jobWith({}, { state: 'running', plan: { batches: 3, rows: 6 } })

/** One process that looks now and then; between the looks the test changes the world. */
export function createWatch() {
  const world = {
    jobs: [running],
    untold: [] as Job[],
    recorded: 1,
    isHeld: false,
    isBusAway: false,
    kept: 0,
    at: 0,
    epochSeconds: 0,
    asked: [] as string[],
  }
  const deps: Deps = {
    activeJobs: () => streamOf(world.jobs),
    jobsWithDeadline: () => streamOf(world.jobs.filter((job) => deadlineOf(job) !== undefined)),
    untoldJobs: () => streamOf(world.untold),
    recordedBatches: async () => world.recorded,
    isHeld: async () => world.isHeld,
    requestJob: async ({ clientToken, retryOf }) =>
      void world.asked.push(`job ${clientToken}${retryOf === undefined ? '' : ' as a retry'}`),
    publishCompletion: async (of) => void world.asked.push(`completion ${of}`),
    failJob: async (of, { code, message }) => void world.asked.push(`${of} ${code}: ${message}`),
    onStalled: () => void world.asked.push('stalled'),
    deadlines: {
      look: async (of, recorded) => {
        world.asked.push(`look ${of.clientToken} ${of.state} ${recorded}`)
        if (world.isBusAway) throw new Error('the bus is away')
      },
      keep: (active) => void (world.kept = active.size),
    },
    tellEnd: async (of) => void world.asked.push(`end ${of}`),
    onError: (error, what, of) => void world.asked.push(`${what} ${of ?? ''}: ${String(error)}`),
    now: () => world.at,
    epochSeconds: () => world.epochSeconds,
  }
  const seen: Parameters<typeof reconcileOnce>[1] = new Map()
  const look = async (at: number): Promise<string[]> => {
    world.at = at
    world.asked = []
    await reconcileOnce(deps, seen, STALLED_MS, never)
    return world.asked
  }
  return { world, deps, seen, look }
}
