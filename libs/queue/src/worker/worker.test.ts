import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publish } from '../calls/publish.ts'
import type { Disposition } from '../calls/received.ts'
import { countsOf, type Emulator, startEmulator } from '../emulator.fixture.ts'
import { noting, runWorker } from './run-worker.fixture.ts'
import type { WorkerOptions } from './worker-options.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

const never = new AbortController().signal
const empty = { visible: 0, inFlight: 0, delayed: 0 }
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `body ${index}`)

let queues = 0
/** A worker on a queue of its own with these messages. */
async function start(
  handle: WorkerOptions['handle'],
  bodies: string[],
  options: Partial<WorkerOptions> = {},
) {
  queues += 1
  const queue = await emulator.createQueues(`worker-${queues}`, 3)
  const messages = bodies.map((body) => ({ body, attributes: { trace: 't-1' } }))
  await publish(queue.acknowledge, messages, never)
  return { queue, ...runWorker(queue, handle, options) }
}

describe('an attempt', () => {
  test('that acknowledges, deletes its message', async () => {
    const { handle, seen, enough } = noting(25, () => ({ kind: 'acknowledge' }))
    const { queue, worker, stop } = await start(handle, numbered(25))
    await enough
    await stop()
    expect(seen.map(({ body }) => body).toSorted()).toEqual(numbered(25).toSorted())
    expect(await countsOf(queue.acknowledge)).toEqual(empty)
    expect(worker.stats()).toMatchObject({
      received: 25,
      acknowledged: 25,
      running: 0,
      settling: 0,
    })
  })

  test('knows when its message was sent and until when it is hidden', async () => {
    const { handle, seen, enough } = noting(1, () => ({ kind: 'acknowledge' }))
    const before = Date.now()
    const { stop } = await start(handle, ['facts'])
    await enough
    await stop()
    const [{ sentAtMs, visibleUntilMs, attributes } = expect.fail()] = seen
    expect(sentAtMs).toBeGreaterThanOrEqual(before)
    expect(visibleUntilMs()).toBeGreaterThanOrEqual(before + 30_000)
    expect(attributes).toEqual({ trace: 't-1' })
  })

  test('that releases, comes again as the next attempt', async () => {
    const { handle, seen, enough } = noting(2, ({ attempt }) =>
      attempt === 1 ? { kind: 'release', delaySeconds: 0 } : { kind: 'acknowledge' },
    )
    const { queue, worker, stop } = await start(handle, ['again'])
    await enough
    await stop()
    expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(await countsOf(queue.acknowledge)).toEqual(empty)
    expect(worker.stats()).toMatchObject({ attemptsFailed: 1, acknowledged: 1 })
  })

  test('that requeues, comes again as a first attempt with its attributes', async () => {
    let times = 0
    const { handle, seen, enough } = noting(5, () => {
      times += 1
      return times < 5 ? { kind: 'requeue' } : { kind: 'acknowledge' }
    })
    const { queue, worker, stop } = await start(handle, ['throttled'])
    await enough
    await stop()
    expect(seen.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1])
    expect(seen.at(-1)).toMatchObject({ attributes: { trace: 't-1' }, requeues: 4 })
    expect(await countsOf(queue.acknowledge)).toEqual(empty)
    expect(await countsOf(queue.deadLetter)).toEqual(empty)
    expect(worker.stats()).toMatchObject({ attemptsFailed: 0, requeued: 4, acknowledged: 1 })
  })

  test('that dead-letters, moves its message there with the reason', async () => {
    const reason = 'not\u0000JSON'
    const { handle, enough, seen } = noting(1, () => ({
      kind: 'dead_letter',
      code: 'not_json',
      reason,
    }))
    const { queue, stop } = await start(handle, ['poison'])
    await enough
    await stop()
    expect(await countsOf(queue.acknowledge)).toEqual(empty)
    const dead = noting(1, () => ({ kind: 'acknowledge' }))
    const undertaker = runWorker(
      { receive: { ...queue.receive, url: queue.deadLetter.url }, acknowledge: queue.deadLetter },
      dead.handle,
    )
    await dead.enough
    await undertaker.stop()
    expect(dead.seen[0]).toMatchObject({
      body: 'poison',
      attributes: {
        trace: 't-1',
        code: 'not_json',
        reason: 'not\uFFFDJSON',
        attempts: '1',
        queue: queue.receive.url.split('/').at(-1),
        messageId: seen[0]?.messageId,
      },
    })
    const { sentAt = '', rejectedAt = '' } = dead.seen[0]?.attributes ?? {}
    expect(Date.parse(rejectedAt)).toBeGreaterThanOrEqual(Date.parse(sentAt))
  })

  test('that throws, is logged and its message released with a delay', async () => {
    const { handle, enough } = noting(1, () => Promise.reject(new Error('table missing')))
    const { queue, worker, logger, stop } = await start(handle, ['fails'])
    await enough
    await stop()
    expect(logger.error.mock.lastCall?.[1]).toBe('handler failed')
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, inFlight: 1 })
    expect(worker.stats()).toMatchObject({ attemptsFailed: 1, released: 1 })
  })

  test('that throws for a service that is away, is not charged', async () => {
    const away = Object.assign(new Error('no table answers'), { isOutage: true })
    const { handle, seen, enough } = noting(2, ({ requeues }) =>
      requeues === 0 ? Promise.reject(away) : Promise.resolve({ kind: 'acknowledge' }),
    )
    const { queue, worker, logger, stop } = await start(handle, ['early'])
    await enough
    await stop()
    expect(logger.warn).toHaveBeenCalledWith(
      expect.objectContaining({ error: away, attempt: 1, requeues: 0 }),
      'service away',
    )
    expect(seen[1]).toMatchObject({ body: 'early', attempt: 1, requeues: 1 })
    expect(await countsOf(queue.acknowledge)).toEqual(empty)
    expect(worker.stats()).toMatchObject({ attemptsFailed: 1, requeued: 1, acknowledged: 1 })
  })
})

describe('receiving', () => {
  test('of long work, holds no more messages than there are slots', async () => {
    let running = 0
    let runningMax = 0
    const turn = Promise.withResolvers<void>()
    const { handle, enough } = noting(4, async () => {
      running += 1
      runningMax = Math.max(runningMax, running)
      await turn.promise
      running -= 1
      return { kind: 'acknowledge' }
    })
    const { queue, worker, stop } = await start(handle, numbered(20))
    await enough
    await expect.poll(() => worker.stats().gate).toBe('full')
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 16, inFlight: 4 })
    turn.resolve()
    await expect.poll(() => worker.stats().acknowledged).toBe(20)
    await stop()
    expect(runningMax).toBe(4)
  })

  test('with many slots, fills them all by several polls', async () => {
    const turn = Promise.withResolvers<void>()
    const { handle, enough } = noting(48, async () => {
      await turn.promise
      return { kind: 'acknowledge' }
    })
    const { worker, stop } = await start(handle, numbered(60), { concurrency: 48 })
    await enough
    await expect.poll(() => worker.stats()).toMatchObject({ running: 48, waiting: 0 })
    turn.resolve()
    await stop()
  })

  test('while not ready, does not happen', async () => {
    const open = Promise.withResolvers<void>()
    const { handle, enough } = noting(1, () => ({ kind: 'acknowledge' }))
    const { queue, worker, stop } = await start(handle, ['waits'], { ready: () => open.promise })
    await expect.poll(() => worker.stats().gate).toBe('closed')
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 1 })
    expect(worker.stats().pollAgeMs).toBe(0)
    open.resolve()
    await enough
    await stop()
  })
})

describe('on drain', () => {
  test('finishes what has begun and leaves the rest visible', async () => {
    const turn = Promise.withResolvers<void>()
    const { handle, enough } = noting(4, async () => {
      await turn.promise
      return { kind: 'acknowledge' }
    })
    const { queue, worker, drain, done } = await start(handle, numbered(10))
    await enough
    drain.abort()
    expect(worker.state).toBe('draining')
    turn.resolve()
    await done
    expect(worker.state).toBe('stopped')
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 6 })
  })

  test('while idle, gives back what the poll under way still brings', async () => {
    const { handle, seen } = noting(1, () => ({ kind: 'acknowledge' }))
    const { queue, worker, drain, done } = await start(handle, [])
    await expect.poll(() => worker.stats().gate).toBe('open')
    drain.abort()
    await publish(queue.acknowledge, [{ body: 'late' }], never)
    await done
    expect(seen).toEqual([])
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 1 })
  })

  test('while not ready, ends without a poll', async () => {
    const { handle } = noting(1, () => ({ kind: 'acknowledge' }))
    const ready = () => new Promise<void>(() => {})
    const { queue, worker, drain, done } = await start(handle, ['kept'], { ready })
    await expect.poll(() => worker.stats().gate).toBe('closed')
    drain.abort()
    await done
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 1 })
  })

  test('before the first poll, ends at once', async () => {
    const { handle } = noting(1, () => ({ kind: 'acknowledge' }))
    const { queue, drain, done } = await start(handle, ['kept'])
    drain.abort()
    await done
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 1 })
  })

  test('once stopped, can be run again', async () => {
    const { handle, enough } = noting(1, () => ({ kind: 'acknowledge' }))
    const { queue, worker, stop } = await start(handle, [])
    await stop()
    const drain = new AbortController()
    const done = worker.run({ drain: drain.signal, abort: never })
    await publish(queue.acknowledge, [{ body: 'second run' }], never)
    await enough
    drain.abort()
    await done
    expect(await countsOf(queue.acknowledge)).toEqual(empty)
  })
})

describe('on abort', () => {
  test('gives back what honours its signal, at once', async () => {
    const { handle, enough } = noting(4, async (_message, signal) => {
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
      return { kind: 'acknowledge' }
    })
    const { queue, worker, logger, drain, abort, done } = await start(handle, numbered(4))
    await enough
    drain.abort()
    abort.abort()
    await done
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 4 })
    expect(logger.error).not.toHaveBeenCalled()
    expect(worker.stats()).toMatchObject({ attemptsFailed: 0, released: 4 })
  })

  test('gives back without backoff what its handler releases', async () => {
    const { handle, enough } = noting(1, async (_message, signal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      return { kind: 'release' }
    })
    const { queue, worker, drain, abort, done } = await start(handle, ['cut short'])
    await enough
    drain.abort()
    abort.abort()
    await done
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 1 })
    expect(worker.stats()).toMatchObject({ attemptsFailed: 0, released: 1 })
  })

  test('gives back what ignores its signal, after the grace', async () => {
    const { handle, enough } = noting(4, () => new Promise<Disposition>(() => {}))
    const { queue, drain, abort, done } = await start(handle, numbered(4), { abortGraceMs: 20 })
    await enough
    drain.abort()
    abort.abort()
    await done
    expect(await countsOf(queue.acknowledge)).toEqual({ ...empty, visible: 4 })
  })

  test('acknowledges what still ends within the grace', async () => {
    const { handle, enough } = noting(1, async (_message, signal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      return { kind: 'acknowledge' }
    })
    const { queue, drain, abort, done } = await start(handle, ['recorded'])
    await enough
    drain.abort()
    abort.abort()
    await done
    expect(await countsOf(queue.acknowledge)).toEqual(empty)
  })

  test('while idle, does not wait for the poll beyond the grace', async () => {
    const { handle } = noting(1, () => ({ kind: 'acknowledge' }))
    const options = { receiveWaitSeconds: 20, abortGraceMs: 20 }
    const { worker, abort, done } = await start(handle, [], options)
    await expect.poll(() => worker.stats().gate).toBe('open')
    abort.abort()
    await done
    expect(worker.state).toBe('stopped')
  })
})
