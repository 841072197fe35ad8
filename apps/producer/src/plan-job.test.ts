import { type Batch, type Job, type JobRequest, type JobState, jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { EndpointAwayError } from './preflight/endpoint-away-error.ts'
import { type Deps, planJob } from './plan-job.ts'
import { jobId, jobWith, never } from './test-data.fixture.ts'

const request: JobRequest = { clientToken: 'token', spec: jobWith().spec }
const dataset = { objects: [], header: false, width: 2 }
const plan: Batch[] = [0, 1, 2].map((batch) => ({
  batch,
  rows: { start: batch * 2, end: batch * 2 + 2 },
  bytes: { start: batch * 8, end: batch * 8 + 8 },
  object: 0,
}))
const totals = { batches: 3, rows: 6 }
const preflight = { rows: 6, latencyMs: 48, bytesSent: 24, bytesAnswered: 108 }

/** A ledger and queues in memory; they outlive an attempt that dies. */
function createWorld() {
  const world = {
    jobs: new Map<string, Job>(),
    recorded: new Set<number>(),
    published: [] as number[],
    completions: 0,
    probes: 0,
    looks: 0,
    inherited: [] as string[],
  }
  const change = (facts: Partial<Job>): void => {
    world.jobs.set(jobId, { ...(world.jobs.get(jobId) ?? jobWith()), ...facts })
  }
  const deps: Deps = {
    refusal: () => undefined,
    openJob: async (id, { clientToken, spec }) => {
      const job = world.jobs.get(id) ?? { ...jobWith(), jobId: id, clientToken, spec }
      world.jobs.set(id, job)
      return { kind: 'opened', job }
    },
    stateOf: async (id) => world.jobs.get(id)?.state ?? 'cancelled',
    keepOtherResult: async () => void (world.looks += 1),
    pinDataset: async () => dataset,
    inherit: async ({ jobId: id }) => void (world.inherited = [...world.inherited, id]),
    probe: async () => {
      world.probes += 1
      return preflight
    },
    async *planBatches() {
      yield* plan
    },
    recordedBatches: async () => (batch) => world.recorded.has(batch),
    publishBatches: async (_, batches) => {
      for await (const { batch } of batches) world.published.push(batch)
    },
    seal: async (_, { totals: plan, ...shown }) => {
      change({ state: 'running', plan, ...shown })
    },
    publishCompletion: async () => void (world.completions += 1),
    postpone: async (_, reason) => change({ postponed: { at: 1, reason } }),
    noteFailed: async (_, error) => change({ failedAttempt: { at: 1, reason: String(error) } }),
    failJob: async ({ plan: known }, failure) => {
      if (known === undefined && world.jobs.get(jobId)?.plan !== undefined) return false
      change({ state: 'failed', failure })
      return true
    },
    failureOf: (error) =>
      String(error).includes('hopeless')
        ? { code: 'no_such_endpoint', message: 'hopeless' }
        : undefined,
  }
  return { world, deps, change }
}

test('a new job is probed, planned, published and sealed', async () => {
  const { world, deps } = createWorld()
  const outcome = await planJob(deps, request, never)
  expect(outcome).toEqual({ kind: 'published', jobId, totals, preflight })
  expect(world).toMatchObject({ published: [0, 1, 2], completions: 1, probes: 1 })
  expect(world.inherited).toEqual([jobId])
  expect(world.jobs.get(jobId)).toMatchObject({ state: 'running', plan: totals, preflight })
})

test('the output is looked at once, before anything is pinned', async () => {
  const { world, deps, change } = createWorld()
  const pinDataset = async (job: Job) => {
    expect(world.looks).toBe(1)
    change({ dataset: { digest: 'd', objects: 1, bytes: 8 } })
    return await deps.pinDataset(job, never)
  }
  const killed = dying({ ...deps, pinDataset }, 'after publishBatches')
  await expect(planJob(killed, request, never)).rejects.toThrow('killed')
  await planJob({ ...deps, pinDataset }, request, never)
  await planJob({ ...deps, pinDataset }, request, never)
  expect(world).toMatchObject({ looks: 1 })
})

test('a job that would harm another result fails before anything is pinned', async () => {
  const { world, deps } = createWorld()
  let pins = 0
  const pinDataset = async () => {
    pins += 1
    return dataset
  }
  const keepOtherResult = () => Promise.reject(new Error('hopeless'))
  const outcome = await planJob({ ...deps, keepOtherResult, pinDataset }, request, never)
  expect(outcome).toMatchObject({ kind: 'failed', failure: { message: 'hopeless' } })
  expect(world).toMatchObject({ probes: 0, published: [], completions: 1 })
  expect(pins).toBe(0)
})

test('the client token names the job', async () => {
  const { world, deps } = createWorld()
  const other = { ...request, clientToken: 'other' }
  expect(await planJob(deps, other, never)).toMatchObject({ jobId: jobIdOf('other') })
  expect([...world.jobs.keys()]).toContain(jobIdOf('other'))
})

test('a job asked for again has only what is missing published', async () => {
  const { world, deps } = createWorld()
  await planJob(deps, request, never)
  world.published = []
  world.recorded = new Set([0, 2])
  expect(await planJob(deps, request, never)).toEqual({ kind: 'published', jobId, totals })
  expect(world).toMatchObject({ published: [1], completions: 2, probes: 1 })
  expect(world.inherited).toEqual([jobId])
})

test('when every batch is recorded, only the completion is published', async () => {
  const { world, deps } = createWorld()
  world.recorded = new Set([0, 1, 2])
  await planJob(deps, request, never)
  expect(world).toMatchObject({ published: [], completions: 1 })
})

test('a dataset of no rows is complete at once', async () => {
  const { world, deps } = createWorld()
  async function* planBatches() {}
  const outcome = await planJob({ ...deps, planBatches }, request, never)
  expect(outcome).toMatchObject({ kind: 'published', totals: { batches: 0, rows: 0 } })
  expect(world.completions).toBe(1)
})

test('what the deployment does not allow is refused before there is a job', async () => {
  const { world, deps } = createWorld()
  const outcome = await planJob({ ...deps, refusal: () => 'outside' }, request, never)
  expect(outcome).toEqual({ kind: 'refused', reason: 'outside' })
  expect(world.jobs.size).toBe(0)
})

test('a retry that cannot be is refused by what the ledger holds', async () => {
  const { world, deps } = createWorld()
  const openJob = async () => ({ kind: 'refused', reason: 'it is running' }) as const
  const outcome = await planJob({ ...deps, openJob }, request, never)
  expect(outcome).toEqual({ kind: 'refused', reason: 'it is running' })
  expect(world).toMatchObject({ published: [], completions: 0 })
})

test.for<JobState>(['succeeded', 'succeeded_with_failures', 'failed', 'cancelled'])(
  'a job that has %s is left as it is',
  async (state) => {
    const { world, deps, change } = createWorld()
    change({ state })
    expect(await planJob(deps, request, never)).toEqual({ kind: 'ended', jobId })
    expect(world).toMatchObject({ published: [], probes: 0 })
  },
)

test('while the endpoint is away, a job is postponed', async () => {
  const { world, deps } = createWorld()
  const { probe } = deps
  const busy = async () => Promise.reject(new EndpointAwayError(new Error('no room')))
  expect(await planJob({ ...deps, probe: busy }, request, never)).toEqual({
    kind: 'postponed',
    jobId,
    reason: 'no room',
  })
  expect(world).toMatchObject({ published: [], completions: 0 })
  expect(world.jobs.get(jobId)).toMatchObject({
    state: 'planning',
    postponed: { reason: 'no room' },
  })
  expect(await planJob({ ...deps, probe }, request, never)).toMatchObject({ kind: 'published' })
})

test('a paused job is left to whoever resumes it', async () => {
  const { world, deps, change } = createWorld()
  change({ state: 'paused' })
  expect(await planJob(deps, request, never)).toEqual({ kind: 'paused', jobId })
  expect(world).toMatchObject({ published: [], probes: 0 })
})

test.for<[JobState, string]>([
  ['paused', 'paused'],
  ['cancelled', 'ended'],
  ['failed', 'ended'],
])('a job that becomes %s while it is published is published no further', async ([state, kind]) => {
  const { world, deps, change } = createWorld()
  const publishBatches: Deps['publishBatches'] = async (_, batches) => {
    for await (const { batch } of batches) {
      world.published.push(batch)
      change({ state })
    }
  }
  expect(await planJob({ ...deps, publishBatches }, request, never)).toEqual({ kind, jobId })
  expect(world.published).toEqual([0])
  expect(world.jobs.get(jobId)).toMatchObject({ state })
  expect(world.jobs.get(jobId)?.plan).toBeUndefined()
})

test('a job resumed while it is still being stopped is not sealed too small', async () => {
  const { world, deps, change } = createWorld()
  const publishBatches: Deps['publishBatches'] = async (_, batches) => {
    for await (const { batch } of batches) {
      world.published.push(batch)
      change({ state: 'paused' })
    }
    change({ state: 'planning' })
  }
  await planJob({ ...deps, publishBatches }, request, never)
  expect(world.jobs.get(jobId)?.plan).toBeUndefined()
  await planJob(deps, request, never)
  expect(world.jobs.get(jobId)).toMatchObject({ state: 'running', plan: totals })
})

test.for(['pinDataset', 'inherit', 'probe', 'publishBatches'] as const)(
  'what no attempt can mend, met at %s, fails the job',
  async (step) => {
    const { world, deps } = createWorld()
    const hopeless = { ...deps, [step]: () => Promise.reject(new Error('hopeless')) }
    const failure = { code: 'no_such_endpoint', message: 'hopeless' }
    expect(await planJob(hopeless, request, never)).toEqual({ kind: 'failed', jobId, failure })
    expect(world.jobs.get(jobId)).toMatchObject({ state: 'failed', failure })
    expect(await planJob(deps, request, never)).toEqual({ kind: 'ended', jobId })
  },
)

test('what an attempt finds does not fail a job that another has planned meanwhile', async () => {
  const { world, deps } = createWorld()
  const probe = async () => {
    await planJob(deps, request, never)
    throw new Error('hopeless')
  }
  expect(await planJob({ ...deps, probe }, request, never)).toEqual({ kind: 'ended', jobId })
  expect(world.jobs.get(jobId)).toMatchObject({ state: 'running', plan: totals })
  expect(world.completions).toBe(1)
})

test('an attempt that may be mended by another one is noted, and tried again', async () => {
  const { world, deps } = createWorld()
  const probe = () => Promise.reject(new Error('S3 is slow'))
  await expect(planJob({ ...deps, probe }, request, never)).rejects.toThrow('S3 is slow')
  expect(world.jobs.get(jobId)).toMatchObject({
    state: 'planning',
    failedAttempt: { reason: 'Error: S3 is slow' },
  })
})

test('an aborted attempt never fails the job', async () => {
  const { world, deps } = createWorld()
  const stop = new AbortController()
  const probe = () => {
    stop.abort(new Error('drained'))
    return Promise.reject(new Error('hopeless'))
  }
  await expect(planJob({ ...deps, probe }, request, stop.signal)).rejects.toThrow('drained')
  expect(world.jobs.get(jobId)?.state).toBe('planning')
})

const steps = [
  'openJob',
  'pinDataset',
  'inherit',
  'probe',
  'recordedBatches',
  'publishBatches',
  'seal',
  'publishCompletion',
] as const

test.for(steps.flatMap((step) => [`before ${step}`, `after ${step}`]))(
  'when it dies %s, the next attempt publishes what is missing',
  async (place) => {
    const { world, deps } = createWorld()
    world.recorded = new Set([0, 1, 2])
    await expect(planJob(dying(deps, place), request, never)).rejects.toThrow('killed')
    expect(await planJob(deps, request, never)).toMatchObject({ kind: 'published', jobId, totals })
    expect(world.jobs.get(jobId)).toMatchObject({ state: 'running', plan: totals })
    expect(world.completions).toBeGreaterThanOrEqual(1)
  },
)

test('when it dies while publishing, the next attempt publishes every batch again', async () => {
  const { world, deps } = createWorld()
  const publishBatches: Deps['publishBatches'] = async (_, batches) => {
    for await (const { batch } of batches) {
      if (batch === 2) throw new Error('killed')
      world.published.push(batch)
    }
  }
  await expect(planJob({ ...deps, publishBatches }, request, never)).rejects.toThrow('killed')
  expect(world.jobs.get(jobId)).not.toHaveProperty('plan')
  world.recorded.add(0)
  await planJob(deps, request, never)
  expect(world.published).toEqual([0, 1, 1, 2])
})

/** These dependencies, but the process ends `before` or `after` one of them has done its work. */
function dying(deps: Deps, place: string): Deps {
  const [when, step] = place.split(' ') as ['before' | 'after', (typeof steps)[number]]
  const work = deps[step] as (...args: unknown[]) => Promise<unknown>
  return {
    ...deps,
    [step]: async (...args: unknown[]) => {
      if (when === 'after') await work(...args)
      throw new Error('killed')
    },
  }
}
