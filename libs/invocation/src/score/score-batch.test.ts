import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLayoutMemory } from '../decode/layout-memory.ts'
import type { Invoke } from '../invoke/invocation.ts'
import { InvocationError, type InvocationErrorCode } from '../invoke/invocation-error.ts'
import { createLimiter } from '../limiter/limiter.ts'
import { batchOf, depsOf, ENDPOINT, never } from './batch.fixture.ts'
import type { ScoreBatchDeps } from './batch-run.ts'
import { scoreBatch } from './score-batch.ts'

test('on a healthy endpoint, scores a batch in one invocation', async () => {
  const { input, invoke, expected } = batchOf(1_000)
  const scored = await scoreBatch(depsOf(invoke), input, never)
  expect(scored.predictions.toString()).toBe(expected)
  expect(scored).toMatchObject({ failures: [], invocations: 1, throttles: 0, variant: 'blue' })
})

test('names each poison row and scores the others', async () => {
  const { input, invoke, expected } = batchOf(1_000, new Set([0, 17, 18, 999]))
  const scored = await scoreBatch(depsOf(invoke), input, never)
  expect(scored.predictions.toString()).toBe(expected)
  expect(scored.failures).toEqual(
    [0, 17, 18, 999].map((row) => ({
      row: 5_000 + row,
      code: 'rows_rejected',
      message: `could not parse ${row}`,
    })),
  )
  expect(scored.invocations).toBeLessThan(90)
})

test('gives up early when most rows are refused', async () => {
  const { input, invoke } = batchOf(1_000, new Set(Array.from({ length: 1_000 }, (_, row) => row)))
  let invocations = 0
  const counting: Invoke = async (request, signal) => {
    invocations++
    return await invoke(request, signal)
  }
  const scored = scoreBatch(depsOf(counting), input, never)
  await expect(scored).rejects.toMatchObject({ code: 'batch_rejected', kind: 'permanent' })
  expect(invocations).toBeLessThan(40)
  await expect(scored).rejects.toMatchObject({ work: { invocations, throttles: 0 } })
})

test('tells what a batch has taken that fails while a piece of it is in flight', async () => {
  const { input, invoke } = batchOf(8)
  const failing: Invoke = async (request, signal) => {
    const body = Buffer.from(request.body).toString()
    if (body === '0\n1\n2\n3\n') throw new InvocationError('access_denied', ENDPOINT.name, '')
    if (body === '4\n5\n6\n7\n') await sleep(60_000, undefined, { signal })
    if (body.length > 8) throw new InvocationError('payload_too_large', ENDPOINT.name, '')
    return await invoke(request, signal)
  }
  await expect(scoreBatch(depsOf(failing), input, never)).rejects.toMatchObject({
    code: 'access_denied',
    work: { invocations: 3, throttles: 0, bisections: 1 },
  })
})

test('splits a payload that is over the bytes allowed', async () => {
  const { input, invoke, expected } = batchOf(1_000)
  const scored = await scoreBatch(depsOf(invoke), { ...input, payloadBytesMax: 1_000 }, never)
  expect(scored.predictions.toString()).toBe(expected)
  expect(scored.invocations).toBe(4)
})

test('notes no variant without end, and none that is no name', async () => {
  const { input, invoke } = batchOf(200)
  let pieces = 0
  const naming: Invoke = async (request, signal) => {
    pieces += 1
    const variant = pieces === 1 ? 'v'.repeat(60_000) : `v${pieces}`
    return { ...(await invoke(request, signal)), variant }
  }
  const scored = await scoreBatch(depsOf(naming), { ...input, payloadBytesMax: 6 }, never)
  expect(pieces).toBeGreaterThan(64)
  expect(scored.variants).toHaveLength(64)
  expect(scored.variants?.every((name) => /^v\d+$/.test(name))).toBe(true)
})

test('ends a batch whose predictions, all pieces together, nobody has room for', async () => {
  const { input, invoke } = batchOf(1_000)
  const prediction = `${'0'.repeat(1024 ** 2)}\n`
  let rows = 0
  const wide: Invoke = async (request, signal) => {
    const sent = Buffer.from(request.body).toString().trimEnd().split('\n').length
    rows += sent
    return { ...(await invoke(request, signal)), body: Buffer.from(prediction.repeat(sent)) }
  }
  const scored = scoreBatch(depsOf(wide), { ...input, payloadBytesMax: 20 }, never)
  await expect(scored).rejects.toMatchObject({
    code: 'predictions_too_large',
    kind: 'permanent',
    message: expect.stringMatching(/bytes to 6\d of 1000 rows, a batch takes 67108864: lower/),
  })
  expect(rows).toBeLessThan(200)
})

test('tells all variants that answered pieces of a batch, when there were several', async () => {
  const { input, invoke } = batchOf(1_000)
  const split = { ...input, payloadBytesMax: 1_000 }
  const variantsFrom = async (...names: readonly string[]) => {
    let asked = 0
    const answer: Invoke = async (request, signal) => {
      const variant = names[asked++ % names.length]!
      return { ...(await invoke(request, signal)), variant }
    }
    return await scoreBatch(depsOf(answer), split, never)
  }
  expect((await variantsFrom('green', 'blue')).variants).toEqual(['blue', 'green'])
  expect(await variantsFrom('blue')).not.toHaveProperty('variants')
})

test.for<[InvocationErrorCode, number]>([
  ['endpoint_throttled', 20],
  ['model_not_ready', 6],
  ['endpoint_unavailable', 4],
  ['connection_failed', 4],
  ['model_failed', 2],
  ['response_malformed', 2],
  ['unknown', 4],
])('on %s %i times, repeats the batch and scores it', async ([code, times]) => {
  const { input, invoke, expected } = batchOf(10)
  let left = times
  const faulty: Invoke = async (request, signal) => {
    if (left-- > 0) throw new InvocationError(code, ENDPOINT.name, '')
    return await invoke(request, signal)
  }
  const scored = await scoreBatch(depsOf(faulty), input, never)
  expect(scored.predictions.toString()).toBe(expected)
  expect(scored.invocations).toBe(times + 1)
  expect(scored.throttles).toBe(code === 'endpoint_throttled' ? times : 0)
})

test.for<[number, readonly (InvocationErrorCode | 'garbage')[]]>([
  [1, ['endpoint_throttled', 'endpoint_throttled', 'garbage']],
  [1, ['model_not_ready', 'model_not_ready', 'endpoint_throttled', 'garbage', 'garbage']],
  [10, [...times(9, 'endpoint_throttled'), 'endpoint_unavailable']],
  [10, [...times(9, 'endpoint_throttled'), 'model_failed', 'model_failed']],
  [10, ['connection_failed', 'connection_failed', 'model_failed']],
  [10, [...times(4, 'connection_failed'), ...times(4, 'endpoint_unavailable')]],
])('of %i rows, one fault uses up no retries of another: %s', async ([rows, faults]) => {
  const { input, invoke, expected } = batchOf(rows)
  const left = [...faults]
  const faulty: Invoke = async (request, signal) => {
    const answer = await invoke(request, signal)
    const fault = left.shift()
    if (fault === 'garbage') return { ...answer, body: Buffer.from('<html>') }
    if (fault !== undefined) throw new InvocationError(fault, ENDPOINT.name, '')
    return answer
  }
  const scored = await scoreBatch(depsOf(faulty), input, never)
  expect(scored.predictions.toString()).toBe(expected)
  expect(scored).toMatchObject({ failures: [], invocations: faults.length + 1 })
})

function times(count: number, code: InvocationErrorCode): InvocationErrorCode[] {
  return Array.from({ length: count }, () => code)
}

test('without room until its deadline, charges the endpoint and no row', async () => {
  const { input, invoke } = batchOf(10)
  const deps = depsOf(invoke)
  const busy = Promise.withResolvers<undefined>()
  const others = Array.from({ length: 8 }, () => deps.limiter.run(() => busy.promise, never))
  const scoring = scoreBatch(deps, { ...input, deadlineMs: 100 }, never)
  await expect(scoring).rejects.toMatchObject({ code: 'endpoint_outage', kind: 'throttle' })
  busy.resolve(undefined)
  await Promise.all(others)
})

test('systemic faults that have opened the circuit are told in their own words', async () => {
  const { input } = batchOf(10)
  const deps = depsOf(() => {
    throw new InvocationError('endpoint_not_found', ENDPOINT.name, '')
  })
  for (let batch = 0; batch < 25; batch++) {
    await expect(scoreBatch(deps, input, never)).rejects.toMatchObject({
      code: 'endpoint_not_found',
    })
  }
  expect(deps.limiter.state).toMatchObject({ circuit: 'open', answers: 0 })
})

test('what a failed piece ends of its batch is not taken for more faults of the endpoint', async () => {
  const { input, invoke } = batchOf(32)
  const limiter = createLimiter({ concurrencyMax: 32, concurrencyStart: 32, now: Date.now })
  let running = 0
  const missing: Invoke = async ({ body, ...request }, signal) => {
    if (Buffer.from(body).toString() !== '0\n') {
      running += 1
      // The transport rejects with the reason of the signal.
      await sleep(60_000, undefined, { signal }).catch(() => signal.throwIfAborted())
      return await invoke({ body, ...request }, signal)
    }
    await expect.poll(() => running).toBe(31)
    throw new InvocationError('endpoint_not_found', ENDPOINT.name, 'gone')
  }
  const work = scoreBatch(
    { ...depsOf(missing), limiter },
    { ...input, payloadBytesMax: 3 },
    new AbortController().signal,
  )
  await expect(work).rejects.toMatchObject({ code: 'endpoint_not_found' })
  expect(limiter.state).toMatchObject({ circuit: 'closed', limit: 32, inFlight: 0, answers: 0 })
})

test.for<[string, number, RegExp]>([
  ['waits for less than 20 s, keeps its place', 19_000, /^scored$/],
  ['waits for longer, gives its place to others', 21_000, /endpoint_outage .*wanted by others/],
])('throttled while others want its place, %s', async ([, forMs, outcome]) => {
  const { deps, input, pass } = hangingWorld(10, new Set())
  const throttling: ScoreBatchDeps = {
    ...deps,
    mayWait: () => false,
    async invoke(request, signal) {
      if (deps.now() >= forMs) return await deps.invoke(request, signal)
      throw new InvocationError('endpoint_throttled', ENDPOINT.name, '')
    },
    // What looks after the batch is woken by its waits.
    sleep: async (ms, signal) => {
      if (ms === 10_000) return await deps.sleep(ms, signal)
      pass(Math.min(ms, 1_000))
      await nextTurn()
      signal.throwIfAborted()
    },
  }
  const told = await scoreBatch(throttling, input, never).then(
    () => 'scored',
    (error: Error) => error.message,
  )
  expect(told).toMatch(outcome)
})

test('on an endpoint that is updated to another layout, scores a batch in one invocation', async () => {
  const { input, invoke, expected } = batchOf(1_000)
  let separator = ','
  const updated: Invoke = async (request, signal) => {
    const answer = await invoke(request, signal)
    const lines = answer.body.toString().trimEnd().split('\n')
    return { ...answer, body: Buffer.from(lines.join(separator)) }
  }
  const deps = { ...depsOf(updated), layouts: createLayoutMemory() }
  await scoreBatch(deps, input, never)
  separator = '\n'
  const scored = await scoreBatch(deps, input, never)
  expect(scored.predictions.toString()).toBe(expected)
  expect(scored.invocations).toBe(1)
})

/** Time that passes only in invocations and in the waits before them: rows in `hanging` outlast the container, each time. */
function hangingWorld(rows: number, hanging: ReadonlySet<number>) {
  const { input, invoke, expected } = batchOf(rows)
  let nowMs = 0
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>()
  const pass = (ms: number): void => {
    nowMs += ms
    for (const sleeper of sleepers) if (sleeper.atMs <= nowMs) sleeper.wake()
  }
  const slow: Invoke = async (request, signal) => {
    const sent = Buffer.from(request.body).toString().trimEnd().split('\n').map(Number)
    if (!sent.some((row) => hanging.has(row))) return await invoke(request, signal)
    pass(60_000)
    throw new InvocationError('invocation_timed_out', ENDPOINT.name, 'no answer')
  }
  const deps: ScoreBatchDeps = {
    ...depsOf(slow),
    now: () => nowMs,
    async sleep(ms, signal) {
      if (ms < 10_000) return pass(ms)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const sleeper = { atMs: nowMs + ms, wake: resolve }
      sleepers.add(sleeper)
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      await promise.finally(() => sleepers.delete(sleeper))
    },
  }
  return { deps, input, expected: expected.split('\n'), pass, nowMs: () => nowMs }
}

test('while rows are scored, is not ended by the deadline', async () => {
  const { deps, input, expected, nowMs } = hangingWorld(1_000, new Set([777]))
  const { failures, predictions } = await scoreBatch(deps, input, never)
  expect(failures).toEqual([{ row: 5_777, code: 'invocation_timed_out', message: 'no answer' }])
  expect(predictions.toString().split('\n')).toEqual(expected.with(777, ''))
  expect(nowMs()).toBeGreaterThan(10 * 60_000)
})

test('at the last deadline, is charged for its verdicts', async () => {
  const { deps, input } = hangingWorld(1_000, new Set([777]))
  const scoring = scoreBatch(deps, { ...input, deadlineInAllMs: 500_000 }, never)
  await expect(scoring).rejects.toMatchObject({
    code: 'endpoint_unavailable',
    kind: 'transient',
    message: expect.stringMatching(/too slow: \d+ of 1000 rows scored by \d+ invocations/),
  })
})

test('throttled until the deadline after a verdict, charges the endpoint', async () => {
  const { deps, input, pass } = hangingWorld(1_000, new Set([777]))
  const throttling: ScoreBatchDeps = {
    ...deps,
    async invoke(request, signal) {
      if (request.body.length === input.body.length) return await deps.invoke(request, signal)
      pass(30_000)
      throw new InvocationError('endpoint_throttled', ENDPOINT.name, '')
    },
    // What waits is woken by the next invocation.
    sleep: async (ms, signal) => {
      if (ms >= 60_000) await deps.sleep(ms, signal)
      else pass(ms)
    },
  }
  const scoring = scoreBatch(throttling, input, never)
  await expect(scoring).rejects.toMatchObject({ kind: 'throttle' })
})
