import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { publish } from './publish.ts'
import type { Disposition, Received } from './received.ts'
import { countsOf, type Emulator, startEmulator } from './testing/emulator.ts'
import { createWorker } from './worker.ts'
import type { WorkerOptions } from './worker-options.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

const never = new AbortController().signal
const empty = { visible: 0, inFlight: 0, delayed: 0 }

let queues = 0
/** A worker on a queue of its own, run until the test ends it. */
async function start(
  options: Partial<WorkerOptions> & Pick<WorkerOptions, 'handle'>,
  bodies: string[],
) {
  queues += 1
  const queue = await emulator.createQueues(`worker-${queues}`, 3)
  await publish(
    queue.acknowledge,
    bodies.map((body) => ({ body })),
    never,
  )
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const worker = createWorker({
    queue,
    concurrency: 4,
    visibilityTimeoutSeconds: 30,
    heartbeatSeconds: 10,
    receiveWaitSeconds: 1,
    logger,
    ...options,
  })
  const [drain, abort] = [new AbortController(), new AbortController()]
  const done = worker.run({ drain: drain.signal, abort: abort.signal })
  const stop = async () => {
    drain.abort()
    await done
  }
  return { queue, worker, logger, drain, abort, done, stop }
}

/** A handler, and a promise of the moment when it has been called `calls` times. */
function handler(calls: number, decide: (message: Received) => Disposition | Promise<Disposition>) {
  const seen: Received[] = []
  const enough = Promise.withResolvers<void>()
  const handle = async (message: Received) => {
    seen.push({ ...message })
    if (seen.length >= calls) enough.resolve()
    return decide(message)
  }
  return { handle, seen, enough: enough.promise }
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `body ${index}`)

describe('an attempt', () => {
  test('that acknowledges, deletes its message', async () => {
    const { handle, seen, enough } = handler(25, () => ({ kind: 'acknowledge' }))
    const { queue, worker, stop } = await start({ handle }, numbered(25))
    await enough
    await stop()
    expect(seen.map(({ body }) => body).toSorted()).toEqual(numbered(25).toSorted())
    expect(await countsOf(queue.acknowledge)).toEqual(empty)
    expect(worker.stats).toMatchObject({ received: 25, acknowledged: 25, running: 0, settling: 0 })
  })

  test('that releases, comes again as the next attempt', async () => {
    const { handle, seen, enough } = handler(2, ({ attempt }) =>
      attempt === 1 ? { kind: 'release', delaySeconds: 0 } : { kind: 'acknowledge' },
    )
    const { queue, stop } = await start({ handle }, ['again'])
    await enough
    await stop()
    expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(await countsOf(queue.acknowledge)).toEqual(empty)
  })

  test('that requeues, comes again as a first attempt', async () => {
    let times = 0
    const { handle, seen, enough } = handler(5, () => {
      times += 1
      return times < 5 ? { kind: 'requeue' } : { kind: 'acknowledge' }
    })
    const { queue, worker, stop } = await start({ handle }, ['throttled'])
    await enough
    await stop()
    expect(seen.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1])
    expect(await countsOf(queue.acknowledge)).toEqual(empty)
    expect(await countsOf(queue.deadLetter)).toEqual(empty)
    expect(worker.stats).toMatchObject({ requeued: 4, acknowledged: 1 })
  })

  test('that dead-letters, moves its message to the dead-letter queue', async () => {
    const { handle, enough } = handler(1, () => ({ kind: 'dead_letter', reason: 'not JSON' }))
    const { queue, stop } = await start({ handle }, ['poison'])
    await enough
    await stop()
    expect(await countsOf(queue.acknowledge)).toEqual(empty)
    expect(await countsOf(queue.deadLetter)).toEqual({ ...empty, visible: 1 })
  })

  test('that throws, is logged and its message released with a delay', async () => {
    const { handle, enough } = handler(1, () => Promise.reject(new Error('table missing')))
    const { queue, worker, logger, stop } = await start({ handle }, ['fails'])
    await enough
    await stop()
    expect(logger.error.mock.lastCall?.[1]).toBe('handler failed')
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, inFlight: 1 })
    expect(worker.stats).toMatchObject({ handlerErrors: 1, released: 1 })
  })
})

test('holds no more messages than there are slots', async () => {
  let running = 0
  let runningMax = 0
  const turn = Promise.withResolvers<void>()
  const { handle, enough } = handler(4, async () => {
    running += 1
    runningMax = Math.max(runningMax, running)
    await turn.promise
    running -= 1
    return { kind: 'acknowledge' }
  })
  const { queue, worker, stop } = await start({ handle }, numbered(20))
  await enough
  await vi.waitFor(() => expect(worker.stats.gate).toBe('full'))
  expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 16, inFlight: 4 })
  turn.resolve()
  await vi.waitFor(() => expect(worker.stats.acknowledged).toBe(20))
  await stop()
  expect(runningMax).toBe(4)
})

test('while not ready, receives nothing', async () => {
  const open = Promise.withResolvers<void>()
  const { handle, enough } = handler(1, () => ({ kind: 'acknowledge' }))
  const { queue, worker, stop } = await start({ handle, ready: () => open.promise }, ['waits'])
  await vi.waitFor(() => expect(worker.stats.gate).toBe('closed'))
  expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 1 })
  open.resolve()
  await enough
  await stop()
})

describe('on drain', () => {
  test('finishes what has begun and leaves the rest visible', async () => {
    const turn = Promise.withResolvers<void>()
    const { handle, enough } = handler(4, async () => {
      await turn.promise
      return { kind: 'acknowledge' }
    })
    const { queue, worker, drain, done } = await start({ handle }, numbered(10))
    await enough
    drain.abort()
    expect(worker.state).toBe('draining')
    turn.resolve()
    await done
    expect(worker.state).toBe('stopped')
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 6 })
  })

  test('while idle, gives back what the poll under way still brings', async () => {
    const { handle } = handler(1, () => ({ kind: 'acknowledge' }))
    const { queue, worker, drain, done } = await start({ handle }, [])
    await vi.waitFor(() => expect(worker.stats.gate).toBe('open'))
    drain.abort()
    await publish(queue.acknowledge, [{ body: 'late' }], never)
    await done
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 1 })
  })
})

describe('on abort', () => {
  test('gives back what honours its signal, at once', async () => {
    const { enough, handle: note } = handler(4, () => ({ kind: 'acknowledge' }))
    const handle = async (message: Received, signal: AbortSignal) => {
      await note(message)
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
      return { kind: 'acknowledge' } as const
    }
    const { queue, drain, abort, done } = await start({ handle }, numbered(4))
    await enough
    drain.abort()
    abort.abort()
    await done
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 4 })
  })

  test('gives back what ignores its signal, after the grace', async () => {
    const { handle, enough } = handler(4, () => new Promise<Disposition>(() => {}))
    const options = { handle, abortGraceMs: 20 }
    const { queue, drain, abort, done } = await start(options, numbered(4))
    await enough
    drain.abort()
    abort.abort()
    await done
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 4 })
  })
})
