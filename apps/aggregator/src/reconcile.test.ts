import { jobIdOf, type Job } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { createWatch, running, STALLED_MS } from './reconcile.fixture.ts'
import { type Deps, lookAtDeadlines, reconcileOnce, tellEnds } from './reconcile.ts'
import { jobId, jobWith, never } from './test-data.fixture.ts'

test('a job that stood still for the whole time is requested again', async () => {
  const { look } = createWatch()
  expect(await look(0)).toEqual([])
  expect(await look(999)).toEqual([])
  expect(await look(1_000)).toEqual(['stalled', 'job token'])
})

describe('a job with a deadline', () => {
  const hasDeadline = { ...running, spec: { ...running.spec, deadline: '4h' } }

  test('is looked at each time, also while it is paused', async () => {
    const { world, look } = createWatch()
    world.jobs = [hasDeadline]
    expect(await look(0)).toEqual(['look token running 1'])
    world.jobs = [{ ...hasDeadline, state: 'paused' }]
    expect(await look(200)).toEqual(['look token paused 1'])
    expect(world.kept).toBe(1)
    world.jobs = []
    expect(await look(400)).toEqual([])
    expect(world.kept).toBe(0)
  })

  test('is looked at between the looks at all jobs, whatever becomes of another', async () => {
    const { world, deps } = createWatch()
    const other = { ...hasDeadline, jobId: jobIdOf('other') }
    world.jobs = [running, other, hasDeadline]
    const recordedBatches: Deps['recordedBatches'] = async (of) => {
      if (of === other.jobId) throw new Error('no answer')
      return 1
    }
    await lookAtDeadlines({ ...deps, recordedBatches }, never)
    const failed = `deadline at risk not told yet ${other.jobId}: Error: no answer`
    expect(world.asked).toEqual([failed, 'look token running 1'])
    expect(world.kept).toBe(2)
  })

  test('is asked for although what is at risk can be told nobody', async () => {
    const { world, look } = createWatch()
    world.jobs = [hasDeadline]
    world.isBusAway = true
    const failed = 'deadline at risk not told yet'
    expect(await look(0)).toEqual(['look token running 1', expect.stringContaining(failed)])
    expect((await look(1_000)).slice(2)).toEqual(['stalled', 'job token'])
  })
})

test('a retry that stood still is requested as the retry that it is', async () => {
  const { world, look } = createWatch()
  world.jobs = [{ ...running, retryOf: { jobId, layers: [jobId] } }]
  await look(0)
  expect(await look(1_000)).toEqual(['stalled', 'job token as a retry'])
})

test('after it asked, it waits as long again', async () => {
  const { look } = createWatch()
  await look(0)
  await look(1_000)
  expect(await look(1_999)).toEqual([])
  expect(await look(2_000)).toEqual(['stalled', 'job token'])
})

describe('a job that asking does not help', () => {
  /** Looks once a period; answers in which ones the job was asked for. */
  async function periodsAsked(watch: ReturnType<typeof createWatch>, count: number) {
    const asked: number[] = []
    await watch.look(0)
    for (let period = 1; period <= count; period += 1) {
      const [stalled, request] = await watch.look(period * STALLED_MS)
      expect(stalled).toBe('stalled')
      if (request !== undefined) asked.push(period)
    }
    return asked
  }

  test('is told each time, and asked for ever more rarely', async () => {
    expect(await periodsAsked(createWatch(), 49)).toEqual([1, 2, 4, 8, 16, 32, 48])
  })

  test('is asked for as at first when it has moved', async () => {
    const watch = createWatch()
    await periodsAsked(watch, 3)
    watch.world.recorded = 2
    expect(await watch.look(4 * STALLED_MS)).toEqual([])
    expect(await watch.look(5 * STALLED_MS)).toEqual(['stalled', 'job token'])
  })

  test('and lacks its completion alone, is asked for each time', async () => {
    const watch = createWatch()
    watch.world.recorded = 3
    expect(await periodsAsked(watch, 5)).toEqual([1, 2, 3, 4, 5])
  })
})

test('a job that a producer looks at while its endpoint has no room is told, and not requested again', async () => {
  const { world, look } = createWatch()
  const lookedAt = (at: number): Job => ({
    ...jobWith({}, { state: 'planning', dataset: { digest: 'd', objects: 1, bytes: 8 } }),
    postponed: { at, reason: 'no room' },
  })
  world.jobs = [lookedAt(100)]
  world.recorded = 0
  await look(0)
  world.jobs = [lookedAt(125)]
  expect(await look(1_000)).toEqual(['stalled'])
  world.jobs = [lookedAt(150)]
  expect(await look(2_000)).toEqual(['stalled'])
  // Its request is lost.
  expect(await look(3_000)).toEqual(['stalled', 'job token'])
})

test('a job whose dataset is being decompressed is left alone', async () => {
  const { world, look } = createWatch()
  const unpacking = (at?: number): Job => ({
    ...jobWith({}, { state: 'planning' }),
    ...(at !== undefined && { postponed: { at, reason: 'decompressing' } }),
  })
  world.recorded = 0
  world.jobs = [unpacking()]
  await look(0)
  world.jobs = [unpacking(100)]
  // Its notes come each minute, however soon another job would count as stalled.
  for (const at of [1_000, 60_000, 299_999, 300_000]) expect(await look(at)).toEqual([])
  world.jobs = [unpacking(400)]
  expect(await look(600_000)).toEqual([])
  // Its producer has died, and its request is lost.
  expect(await look(899_999)).toEqual([])
  expect(await look(900_000)).toEqual(['stalled', 'job token'])
})

test('a job in which a batch was recorded is left alone', async () => {
  const { world, look } = createWatch()
  await look(0)
  world.recorded = 2
  expect(await look(1_000)).toEqual([])
  expect(await look(1_999)).toEqual([])
  expect(await look(2_000)).toEqual(['stalled', 'job token'])
})

describe('a job whose retention is nearly over', () => {
  const DAY = 24 * 3_600
  const createdAt = 1_000
  const expiring = (facts: Partial<Job>, days = 90) => {
    const watch = createWatch()
    const expiresAt = createdAt + days * DAY
    watch.world.jobs = [{ ...running, createdAt, expiresAt, ...facts }]
    return { ...watch, expiresAt }
  }

  test.for([
    ['running', 90, 6 * 3_600],
    ['paused', 90, 6 * 3_600],
    ['running', 1, 3 * 3_600],
  ] as const)('and that is %s, of %i days, ends %i seconds before', async ([state, days, left]) => {
    const { world, look, expiresAt } = expiring({ state }, days)
    world.epochSeconds = expiresAt - left - 1
    expect(await look(0)).toEqual([])
    world.epochSeconds += 1
    expect(await look(1)).toEqual([
      expect.stringContaining(`${jobId} retention_over: not ended (${state}, 1 of 3 batches`),
    ])
  })

  test('is left alone while its result is being written', async () => {
    const { world, look, expiresAt } = expiring({ state: 'aggregating' })
    world.epochSeconds = expiresAt - 1
    world.isHeld = true
    expect(await look(0)).toEqual([])
    world.isHeld = false
    expect(await look(1)).toHaveLength(1)
  })
})

test('a job whose batches are all recorded lacks only its completion', async () => {
  const { world, look } = createWatch()
  world.recorded = 3
  await look(0)
  expect(await look(1_000)).toEqual(['stalled', `completion ${jobId}`])
})

describe('a job whose result is being written', () => {
  const aggregating = () => {
    const watch = createWatch()
    watch.world.jobs = [{ ...running, state: 'aggregating' }]
    watch.world.recorded = 3
    return watch
  }

  test('is left alone while the lease on it holds, however long', async () => {
    const { world, look } = aggregating()
    world.isHeld = true
    expect(await look(0)).toEqual([])
    for (const at of [1_000, 1_200, 9_000]) expect(await look(at)).toEqual([])
  })

  test('lacks its completion once the lease has expired', async () => {
    const { world, look } = aggregating()
    world.isHeld = true
    await look(0)
    await look(1_000)
    world.isHeld = false
    expect(await look(1_200)).toEqual(['stalled', `completion ${jobId}`])
    expect(await look(1_400)).toEqual([])
  })
})

test('a job whose plan is not whole is requested again', async () => {
  const { world, look } = createWatch()
  world.jobs = [jobWith({}, { state: 'planning' })]
  world.recorded = 0
  await look(0)
  expect(await look(1_000)).toEqual(['stalled', 'job token'])
})

describe('a paused job', () => {
  test('is left alone, however long', async () => {
    const { world, look } = createWatch()
    world.jobs = [{ ...running, state: 'paused' }]
    await look(0)
    expect(await look(9_000)).toEqual([])
  })

  test('that goes on, has the whole time again', async () => {
    const { world, look } = createWatch()
    await look(0)
    world.jobs = [{ ...running, state: 'paused' }]
    await look(500)
    world.jobs = [running]
    expect(await look(9_000)).toEqual([])
    expect(await look(10_000)).toEqual(['stalled', 'job token'])
  })
})

test('a job that has ended is forgotten, and others are not', async () => {
  const { world, seen, look } = createWatch()
  const other = { ...running, jobId: jobIdOf('other') }
  world.jobs = [running, other]
  await look(0)
  world.jobs = [other]
  await look(1)
  expect([...seen.keys()]).toEqual([other.jobId])
})

test('of a job that has ended the end is told, also of one that it has never seen', async () => {
  const { world, deps } = createWatch()
  const other = { ...running, jobId: jobIdOf('other') }
  world.untold = [running, other]
  await tellEnds(deps, never)
  expect(world.asked).toEqual([`end ${jobId}`, `end ${other.jobId}`])
})

test('an end that cannot be told keeps no other from being told', async () => {
  const { world, deps } = createWatch()
  const other = { ...running, jobId: jobIdOf('other') }
  world.untold = [running, other]
  const tellEnd: Deps['tellEnd'] = async (of, signal) => {
    if (of === jobId) throw new Error('the bus is away')
    await deps.tellEnd(of, signal)
  }
  await tellEnds({ ...deps, tellEnd }, never)
  const failed = `end of job not told yet ${jobId}: Error: the bus is away`
  expect(world.asked).toEqual([failed, `end ${other.jobId}`])
})

test('a job that cannot be looked at is told, and keeps no other from being asked for', async () => {
  const other = jobWith({}, { state: 'running', plan: { batches: 3, rows: 6 } })
  const unreadable = { ...other, jobId: jobIdOf('unreadable') }
  const { world, deps, seen } = createWatch()
  world.jobs = [unreadable, running]
  const recordedBatches: Deps['recordedBatches'] = async (of) => {
    if (of === unreadable.jobId) throw new Error('no answer')
    return 1
  }
  for (const at of [0, STALLED_MS]) {
    world.at = at
    await reconcileOnce({ ...deps, recordedBatches }, seen, STALLED_MS, never)
  }
  const told = `job not looked at ${unreadable.jobId}: Error: no answer`
  expect(world.asked).toEqual([told, told, 'stalled', `job ${running.clientToken}`])
})

test('what could not be asked for is asked for in the next look', async () => {
  const { world, deps, seen } = createWatch()
  let answers = false
  const requestJob: Deps['requestJob'] = async (request, signal) => {
    if (!answers) throw new Error('no answer')
    await deps.requestJob(request, signal)
  }
  for (const at of [0, STALLED_MS, STALLED_MS + 1]) {
    answers = at > STALLED_MS
    world.at = at
    await reconcileOnce({ ...deps, requestJob }, seen, STALLED_MS, never)
  }
  const failed = `job not looked at ${jobId}: Error: no answer`
  expect(world.asked).toEqual(['stalled', failed, 'stalled', `job ${running.clientToken}`])
})
