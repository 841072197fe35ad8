import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { publish } from '../calls/publish.ts'
import { countsOf, type Emulator, startEmulator } from '../emulator.fixture.ts'
import { noting, runWorker } from './run-worker.fixture.ts'

/* Workers in real processes, told to stop or killed in the middle of full load. */

const MESSAGES = 240
const bodies = Array.from({ length: MESSAGES }, (_, index) => String(index))
const never = new AbortController().signal

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

/** A worker's process that gets the signal after it has done so many messages. */
async function signalled(
  url: string,
  signal: NodeJS.Signals,
  after: number,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
) {
  const file = join(import.meta.dirname, 'worker-process.fixture.ts')
  const child = spawn(process.execPath, [file, emulator.endpointUrl, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const recorded: string[] = []
  for await (const body of createInterface({ input: child.stdout })) {
    recorded.push(body)
    if (recorded.length === after) child.kill(signal)
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return { recorded, exitCode: child.exitCode }
}

const moments = [1, 23, 71].map((after) => [after] as const)

describe.concurrent('a worker process', () => {
  test.for(moments)(
    'with SIGTERM after %i messages, leaves none hidden',
    async ([after], context) => {
      const { acknowledge } = await emulator.createQueue(`term-${after}`)
      await publish(
        acknowledge,
        bodies.map((body) => ({ body })),
        never,
      )
      const { recorded, exitCode } = await signalled(acknowledge.url, 'SIGTERM', after, context)
      expect(exitCode).toBe(0)
      expect(new Set(recorded).size).toBe(recorded.length)
      const left = { visible: MESSAGES - recorded.length, inFlight: 0, delayed: 0 }
      expect(await countsOf(acknowledge)).toEqual(left)
    },
  )

  test.for(moments)('with SIGKILL after %i messages, loses none', async ([after], context) => {
    const queue = await emulator.createQueue(`kill-${after}`)
    await publish(
      queue.acknowledge,
      bodies.map((body) => ({ body })),
      never,
    )
    const { recorded } = await signalled(queue.acknowledge.url, 'SIGKILL', after, context)
    expect(recorded.length).toBeLessThan(MESSAGES)

    const left = new Set(bodies.filter((body) => !recorded.includes(body)))
    const all = Promise.withResolvers<void>()
    const { handle, seen } = noting(1, ({ body }) => {
      left.delete(body)
      if (left.size === 0) all.resolve()
      return { kind: 'acknowledge' }
    })
    const next = runWorker(queue, handle)
    await all.promise
    await next.stop()
    expect(left).toEqual(new Set())
    // What was done but not yet acknowledged comes again; it is no more than was in hand.
    expect(seen.length + recorded.length - MESSAGES).toBeLessThanOrEqual(8 + 100)
    expect(await countsOf(queue.acknowledge)).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
  })
})
