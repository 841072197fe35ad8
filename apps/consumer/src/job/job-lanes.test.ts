import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Limiter } from '@millrace/invocation'
import type { JobState } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { JobHaltedError } from './job-halted-error.ts'
import { createJobLanes } from './job-lanes.ts'
import { NoShareError } from './no-share-error.ts'
import { jobId, never, openJobWith } from '../test-data.fixture.ts'

/** A job that the test changes, and a limiter with room for all. */
function createWorld(concurrencyMax = 2, room: () => Promise<void> = async () => {}) {
  const world = {
    concurrencyMax,
    state: 'running' as JobState,
    unreadable: false,
    opened: 0,
    inFlight: 0,
    looks: new Set<() => void>(),
    ends: [] as (() => void)[],
  }
  const limiter = {
    run: async (work: (signal: AbortSignal) => Promise<unknown>, signal: AbortSignal) => {
      await room()
      return await work(signal)
    },
    turn: () => 0,
  } as Limiter
  const lane = createJobLanes({
    openJob: async () => {
      world.opened += 1
      if (world.unreadable) throw new Error('throttled')
      return { ...openJobWith({}, { state: world.state }), concurrencyMax: world.concurrencyMax }
    },
    every: (run) => {
      world.looks.add(run)
      return { stop: () => void world.looks.delete(run) }
    },
  })(jobId, limiter)
  const invoke = (signal: AbortSignal = never) =>
    lane.run(async () => {
      world.inFlight += 1
      await new Promise<void>((end) => world.ends.push(end))
      world.inFlight -= 1
    }, signal)
  const look = async () => {
    for (const run of world.looks) run()
    await nextTurn()
  }
  const endAll = async (work: readonly Promise<unknown>[]) => {
    const done = Promise.allSettled(work)
    for (;;) {
      const ended = await Promise.race([done, nextTurn(undefined)])
      if (ended !== undefined) return ended.map(({ status }) => status)
      for (const end of world.ends.splice(0)) end()
    }
  }
  return { world, invoke, look, endAll }
}

test('a job without a maximum runs all at once', async () => {
  const { world, invoke, endAll } = createWorld(Number.POSITIVE_INFINITY)
  const work = Array.from({ length: 50 }, () => invoke())
  await expect.poll(() => world.inFlight).toBe(50)
  await endAll(work)
})

test('a job is looked at while its invocations run, so that its other consumers know of this one', async () => {
  const { world, invoke, look, endAll } = createWorld(2)
  const work = [invoke(), invoke()]
  await expect.poll(() => world.inFlight).toBe(2)
  const opened = world.opened
  await look()
  expect(world.opened).toBe(opened + 1)
  await endAll(work)
  expect(world.looks.size).toBe(0)
})

test('what has waited for room keeps to a maximum that has shrunk meanwhile', async () => {
  const given: (() => void)[] = []
  const room = () => new Promise<void>((give) => given.push(give))
  const { world, invoke, endAll } = createWorld(3, room)
  const work = [invoke(), invoke(), invoke()]
  await expect.poll(() => given.length).toBe(3)
  given.shift()?.()
  await expect.poll(() => world.inFlight).toBe(1)
  world.concurrencyMax = 1
  // The lane was passed by these before.
  for (const give of given.splice(0)) give()
  for (let turns = 0; turns < 20; turns += 1) await nextTurn()
  expect(world.inFlight).toBe(1)
  expect(given).toEqual([])
  world.ends.shift()?.()
  await expect.poll(() => given.length).toBe(1)
  const ended = endAll(work)
  for (let left = 2; left > 0; left -= 1) {
    await expect.poll(() => given.length).toBe(1)
    given.shift()?.()
  }
  expect(await ended).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
})

test('no more run at once than the job allows, and all run', async () => {
  const { world, invoke, endAll } = createWorld(2)
  const work = Array.from({ length: 9 }, () => invoke())
  await expect.poll(() => world.inFlight).toBe(2)
  world.ends.shift()?.()
  await expect.poll(() => world.ends.length).toBe(2)
  expect(world.inFlight).toBe(2)
  expect(new Set(await endAll(work))).toEqual(new Set(['fulfilled']))
})

describe('while invocations wait', () => {
  test('a greater maximum starts them before any has ended', async () => {
    const { world, invoke, look, endAll } = createWorld(1)
    const work = Array.from({ length: 5 }, () => invoke())
    await expect.poll(() => world.inFlight).toBe(1)
    world.concurrencyMax = 4
    await look()
    await expect.poll(() => world.inFlight).toBe(4)
    await endAll(work)
    expect(world.looks.size).toBe(0)
  })

  test('a smaller maximum starts none until enough have ended', async () => {
    const { world, invoke, look, endAll } = createWorld(3)
    const work = Array.from({ length: 6 }, () => invoke())
    await expect.poll(() => world.inFlight).toBe(3)
    world.concurrencyMax = 1
    await look()
    for (const end of world.ends.splice(0, 2)) end()
    await nextTurn()
    expect(world.inFlight).toBe(1)
    await endAll(work)
  })

  test.for(['paused', 'cancelled', 'failed'] as const)(
    'a job that becomes %s rejects them',
    async (state) => {
      const { world, invoke, look, endAll } = createWorld(1)
      const first = invoke()
      const waiting = invoke().catch((error: unknown) => error)
      await expect.poll(() => world.looks.size).toBe(1)
      world.state = state
      await look()
      expect(await waiting).toEqual(new JobHaltedError(state))
      expect(await endAll([first])).toEqual(['fulfilled'])
    },
  )

  test('a ledger that does not answer changes nothing', async () => {
    const { world, invoke, look, endAll } = createWorld(1)
    const work = [invoke(), invoke()]
    await expect.poll(() => world.looks.size).toBe(1)
    world.unreadable = true
    await look()
    world.unreadable = false
    expect(await endAll(work)).toEqual(['fulfilled', 'fulfilled'])
  })

  test('an abort ends the wait and leaves the place to others', async () => {
    const { world, invoke, endAll } = createWorld(1)
    const stop = new AbortController()
    const first = invoke()
    await expect.poll(() => world.inFlight).toBe(1)
    const second = invoke(stop.signal)
    const third = invoke()
    await nextTurn()
    stop.abort(new Error('drained'))
    await expect(second).rejects.toThrow('drained')
    expect(await endAll([first, third])).toEqual(['fulfilled', 'fulfilled'])
    expect(world.looks.size).toBe(0)
  })
})

describe('without a share in the job', () => {
  /** Looks so often, once the lane is there. */
  async function lookTimes({ world, look }: ReturnType<typeof createWorld>, times: number) {
    await expect.poll(() => world.looks.size).toBe(1)
    for (let time = 0; time < times; time += 1) await look()
  }

  test('a batch waits for one', async () => {
    const lanes = createWorld(0)
    const work = lanes.invoke()
    await lookTimes(lanes, 19)
    lanes.world.concurrencyMax = 1
    await lookTimes(lanes, 1)
    expect(await lanes.endAll([work])).toEqual(['fulfilled'])
  })

  test('a batch waits its twenty seconds, however long its consumer has been without one', async () => {
    const lanes = createWorld(1)
    const first = lanes.invoke()
    await expect.poll(() => lanes.world.inFlight).toBe(1)
    lanes.world.concurrencyMax = 0
    await lookTimes(lanes, 40)
    const second = lanes.invoke()
    await nextTurn()
    await lookTimes(lanes, 19)
    lanes.world.concurrencyMax = 1
    await lookTimes(lanes, 1)
    expect(await lanes.endAll([first, second])).toEqual(['fulfilled', 'fulfilled'])
  })

  test('a batch is given back after some twenty seconds, and nothing is left of its wait', async () => {
    const lanes = createWorld(0)
    const work = lanes.invoke()
    work.catch(() => {})
    await lookTimes(lanes, 20)
    await expect(work).rejects.toThrow(NoShareError)
    expect(lanes.world).toMatchObject({ inFlight: 0, looks: new Set() })
  })
})

test('a job that has been paused invokes nothing', async () => {
  const { world, invoke } = createWorld()
  world.state = 'paused'
  await expect(invoke()).rejects.toThrow(new JobHaltedError('paused'))
  expect(world.ends).toEqual([])
})

test('a job paused while its batch waited for the limiter invokes nothing', async () => {
  const { world } = createWorld()
  let invoked = false
  const limiter = {
    run: async (work: (signal: AbortSignal) => Promise<unknown>, signal: AbortSignal) => {
      world.state = 'paused'
      return await work(signal)
    },
    turn: () => 0,
  } as Limiter
  const lane = createJobLanes({
    openJob: async () => openJobWith({}, { state: world.state }),
    every: () => ({ stop() {} }),
  })(jobId, limiter)
  const work = async () => {
    invoked = true
  }
  await expect(lane.run(work, never)).rejects.toThrow('the job is paused')
  expect(invoked).toBe(false)
})
