import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ConfigError } from '../config/config-error.ts'
import { EXIT, runService, type ServiceSignals } from './run-service.ts'

const start = (main: (signals: ServiceSignals) => Promise<void>, connected?: boolean) => {
  const process = Object.assign(new EventEmitter(), { connected, send: vi.fn(() => true) })
  const logger = { info: vi.fn(), warn: vi.fn(), fatal: vi.fn() }
  const code = runService({ name: 'consumer', logger, process, main, drainDeadlineSeconds: 105 })
  return { process, logger, code }
}
/** A main that ends when it has seen `drain`, as a worker with nothing in flight does. */
const untilDrain = ({ drain }: ServiceSignals) => aborted(drain)
const untilAbort = ({ abort }: ServiceSignals) => aborted(abort)
const forever = () => new Promise<void>(() => {})
const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the exit code', () => {
  test('when main ends by itself, is 0', async () => {
    expect(await start(async () => {}).code).toBe(EXIT.ok)
  })

  test('when main rejects, is 1 and the error is logged', async () => {
    const error = new Error('table missing')
    const { code, logger } = start(() => Promise.reject(error))
    expect(await code).toBe(EXIT.failed)
    expect(logger.fatal).toHaveBeenCalledWith({ name: 'consumer', error }, 'service failed')
  })

  test('when the configuration is wrong, is 2', async () => {
    const error = new ConfigError('consumer', [{ variable: 'X', wanted: 'a', got: 'b' }])
    expect(await start(() => Promise.reject(error)).code).toBe(EXIT.misconfigured)
  })
})

test.for(['SIGTERM', 'SIGINT'])('on a first %s, drains and ends with 0', async (signal) => {
  const { process, code } = start(untilDrain)
  process.emit(signal, signal)
  expect(await code).toBe(EXIT.ok)
})

test('on a second signal, aborts', async () => {
  const { process, code } = start(untilAbort)
  process.emit('SIGTERM', 'SIGTERM')
  vi.advanceTimersByTime(500)
  process.emit('SIGINT', 'SIGINT')
  expect(await code).toBe(EXIT.aborted)
})

test('when a terminal and the parent both signal at once, keeps draining', async () => {
  let abortSeen = false
  const { process, code } = start(async ({ drain, abort }) => {
    abort.addEventListener('abort', () => (abortSeen = true))
    await aborted(drain)
    await vi.advanceTimersByTimeAsync(1_000)
  })
  process.emit('SIGINT', 'SIGINT')
  process.emit('SIGTERM', 'SIGTERM')
  expect(await code).toBe(EXIT.ok)
  expect(abortSeen).toBe(false)
})

test('at the drain deadline, aborts and not before', async () => {
  let signals!: ServiceSignals
  const { process, code } = start((given) => {
    signals = given
    return untilAbort(given)
  })
  process.emit('SIGTERM', 'SIGTERM')
  vi.advanceTimersByTime(104_999)
  expect(signals.abort.aborted).toBe(false)
  vi.advanceTimersByTime(1)
  expect(await code).toBe(EXIT.aborted)
})

test('when main ignores the abort, ends without it after the grace', async () => {
  const { process, code, logger } = start(forever)
  process.emit('SIGTERM', 'SIGTERM')
  vi.advanceTimersByTime(105_000 + 5_000)
  expect(await code).toBe(EXIT.aborted)
  expect(logger.fatal.mock.lastCall?.[1]).toBe('service did not stop after it was aborted')
})

test('when main throws the abort reason, counts as aborted and not as failed', async () => {
  const { process, code, logger } = start(async ({ abort }) => {
    await aborted(abort)
    abort.throwIfAborted()
  })
  process.emit('SIGTERM', 'SIGTERM')
  vi.advanceTimersByTime(105_000)
  expect(await code).toBe(EXIT.aborted)
  expect(logger.fatal).not.toHaveBeenCalled()
})

test.for(['uncaughtException', 'unhandledRejection'])('on an %s, ends with 1', async (event) => {
  const { process, code, logger } = start(forever)
  process.emit(event, new Error('bug'))
  expect(await code).toBe(EXIT.failed)
  expect(logger.fatal.mock.lastCall?.[1]).toBe('uncaught error')
})

describe('a child of the CLI', () => {
  test('when its parent goes away, drains', async () => {
    const { process, code } = start(untilDrain, true)
    process.emit('disconnect')
    expect(await code).toBe(EXIT.ok)
  })

  test('when its parent was gone before it started, drains', async () => {
    expect(await start(untilDrainOrAborted, false).code).toBe(EXIT.ok)
  })

  test('when its parent goes away while draining, is not aborted', async () => {
    const { process, code } = start(async ({ drain }) => {
      await aborted(drain)
      await vi.advanceTimersByTimeAsync(1_000)
    }, true)
    process.emit('SIGTERM', 'SIGTERM')
    process.emit('disconnect')
    expect(await code).toBe(EXIT.ok)
  })

  test('when ready, tells its parent so', async () => {
    const { process, code } = start(async ({ ready }) => ready(), true)
    await code
    expect(process.send).toHaveBeenCalledWith({ kind: 'ready' })
  })

  test('without a channel, being ready is no error', async () => {
    const { process, code } = start(async ({ ready }) => ready())
    expect(await code).toBe(EXIT.ok)
    expect(process.send).not.toHaveBeenCalled()
  })
})

test('after the end, leaves no listener and no timer behind', async () => {
  const { process, code } = start(untilDrain)
  process.emit('SIGTERM', 'SIGTERM')
  await code
  expect(process.eventNames()).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

test("with Node's own process, runs and removes its listeners", async () => {
  const before = process.listenerCount('SIGTERM')
  const logger = { info: vi.fn(), warn: vi.fn(), fatal: vi.fn() }
  const code = await runService({ name: 'consumer', logger, process, main: async () => {} })
  expect({ code, listeners: process.listenerCount('SIGTERM') }).toEqual({
    code: 0,
    listeners: before,
  })
})

async function untilDrainOrAborted({ drain }: ServiceSignals) {
  if (!drain.aborted) await aborted(drain)
}
