import { limits } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { randomOf } from '../endpoint-simulation.fixture.ts'
import type { Invoke } from '../invoke/invocation.ts'
import { InvocationError, type InvocationErrorCode } from '../invoke/invocation-error.ts'
import { batchOf, depsOf, ENDPOINT, never } from './batch.fixture.ts'
import type { ScoreBatchDeps } from './batch-run.ts'
import { scoreBatch } from './score-batch.ts'

describe.for<InvocationErrorCode>(['endpoint_unavailable', 'connection_failed'])(
  'on %s',
  (code) => {
    const fault = () => new InvocationError(code, ENDPOINT.name, '')

    test('while nobody is answered, scores the batch when the endpoint is back', async () => {
      const { input, invoke, expected } = batchOf(10)
      let left = 12
      const away: Invoke = async (request, signal) => {
        if (left-- > 0) throw fault()
        return await invoke(request, signal)
      }
      const scored = await scoreBatch(depsOf(away), input, never)
      expect(scored.predictions.toString()).toBe(expected)
      // Five times whole, a row of it each time until one is answered, and whole again.
      expect(scored.invocations).toBe(14)
    })

    test('of a batch that alone breaks the container, charges the batch', async () => {
      const { input, invoke } = batchOf(10)
      let invocations = 0
      const breaking: Invoke = async (request, signal) => {
        invocations++
        if (request.body.length === input.body.length) throw fault()
        return await invoke(request, signal)
      }
      await expect(scoreBatch(depsOf(breaking), input, never)).rejects.toMatchObject({ code })
      expect(invocations).toBe(11)
    })

    test('of a row that breaks the container, asks others', async () => {
      const { input, invoke } = batchOf(10)
      const breaking: Invoke = async (request, signal) => {
        if (Buffer.from(request.body).toString().startsWith('0\n')) throw fault()
        return await invoke(request, signal)
      }
      await expect(scoreBatch(depsOf(breaking), input, never)).rejects.toMatchObject({ code })
    })

    test('while others are answered, asks for no witness', async () => {
      const { input, invoke } = batchOf(10)
      let invocations = 0
      const deps = depsOf(async () => {
        invocations++
        await deps.limiter.run(() => invoke({ ...input, body: Buffer.from('1\n') }, never), never)
        throw fault()
      })
      await expect(scoreBatch(deps, input, never)).rejects.toMatchObject({ code })
      expect(invocations).toBe(5)
    })
  },
)

describe('where a batch is all that is left of its job', () => {
  const OTHER = '77\n'
  /** A container that rows break in this way, and what it was sent; other rows than the batch's are known. */
  function lonely(rows: number, code: InvocationErrorCode, breaks: (body: string) => boolean) {
    const { input, invoke } = batchOf(rows)
    const sent: string[] = []
    const told: string[] = []
    const breaking: Invoke = async (request, signal) => {
      const body = Buffer.from(request.body).toString()
      sent.push(body)
      if (breaks(body)) throw new InvocationError(code, ENDPOINT.name, 'broken')
      return await invoke(request, signal)
    }
    const witnesses = {
      next: async () => Buffer.from(OTHER),
      answered: (row: Uint8Array) => void told.push(Buffer.from(row).toString()),
    }
    return { deps: depsOf(breaking), input: { ...input, witnesses }, sent, told }
  }
  const openCircuit = async ({ limiter }: ScoreBatchDeps): Promise<void> => {
    const fault = async () => Promise.reject(new InvocationError('model_failed', ENDPOINT.name, ''))
    while (limiter.state.circuit === 'closed') await limiter.run(fault, never).catch(() => {})
  }

  test('a row that fails the container is told by another that is answered', async () => {
    const { deps, input, sent, told } = lonely(1, 'model_failed', (body) => body !== OTHER)
    const { failures } = await scoreBatch(deps, input, never)
    expect(failures).toMatchObject([{ row: 5_000, code: 'model_failed' }])
    const round = ['0\n', '0\n', '0\n', OTHER]
    expect(sent).toEqual([...round, ...round, ...round])
    expect(told).toEqual([OTHER, OTHER, OTHER])
  })

  test.for<[InvocationErrorCode, number]>([
    ['model_failed', 8],
    ['invocation_timed_out', 2],
  ])('a row that meets %s %i times by chance is scored', async ([code, times]) => {
    let left = times
    const { deps, input } = lonely(1, code, (body) => body !== OTHER && left-- > 0)
    const { failures, predictions } = await scoreBatch(deps, input, never)
    expect(failures).toEqual([])
    expect(predictions.toString()).toBe('0')
  })

  test('a row alone is not blamed by an endpoint that fails every other invocation', async () => {
    const random = randomOf(11)
    const rows = 500
    let blamed = 0
    for (let row = 0; row < rows; row++) {
      const { deps, input } = lonely(1, 'model_failed', () => random() < 0.5)
      await scoreBatch(deps, input, never).then(
        ({ failures }) => void (blamed += failures.length),
        // Nothing is said of the row: the batch has another attempt.
        ({ code }: InvocationError) => expect(code).toBe('endpoint_unavailable'),
      )
    }
    expect(blamed / rows).toBeLessThan(0.005)
  })

  test.for<[string, InvocationErrorCode, number]>([
    ['fails by chance', 'model_failed', 3],
    ['is throttled for long', 'endpoint_throttled', 30],
  ])('a row of the batch that %s does not cost the batch its attempt', async ([, code, times]) => {
    const { input, invoke } = batchOf(2)
    let left = times
    let asked = 0
    const breaking: Invoke = async (request, signal) => {
      const body = Buffer.from(request.body).toString()
      if (body.includes('1')) throw new InvocationError('model_failed', ENDPOINT.name, 'broken')
      // The first time it is scored.
      if (asked++ > 0 && left-- > 0) throw new InvocationError(code, ENDPOINT.name, '')
      return await invoke(request, signal)
    }
    const { failures, predictions } = await scoreBatch(depsOf(breaking), input, never)
    expect(failures).toMatchObject([{ row: 5_001, code: 'model_failed' }])
    expect(predictions.toString()).toBe('0\n')
    expect(asked).toBeGreaterThan(times)
  })

  test('while others are answered, none is asked to blame a row', async () => {
    const { input, invoke } = batchOf(1)
    const sent: string[] = []
    const deps = depsOf(async ({ body }) => {
      sent.push(Buffer.from(body).toString())
      await deps.limiter.run(() => invoke({ ...input, body: Buffer.from('1\n') }, never), never)
      if (body.length > 2) return await invoke({ ...input, body }, never)
      throw new InvocationError('model_failed', ENDPOINT.name, 'broken')
    })
    const witnesses = { next: async () => Buffer.from(OTHER), answered: () => {} }
    const { failures } = await scoreBatch(deps, { ...input, witnesses }, never)
    expect(failures).toMatchObject([{ row: 5_000 }])
    // What was answered before anybody looked says nothing.
    expect(sent.filter((body) => body === OTHER)).toHaveLength(1)
    expect(sent).toHaveLength(10)
  })

  test('what is asked to find out is no part of what was predicted', async () => {
    const { input } = batchOf(4)
    // Asked over and over, it would be more than a batch takes.
    const text = Buffer.from(`${'1'.repeat(limits.predictionBytesMax / 4)}\n`)
    const deps = depsOf(async ({ body }) => {
      const isFirst = Buffer.from(body).toString() === '0\n'
      if (!isFirst) throw new InvocationError('model_failed', ENDPOINT.name, 'broken')
      return { body: text, contentType: 'text/csv', durationMs: 1, variant: 'blue' }
    })
    const { failures } = await scoreBatch(deps, input, never)
    expect(failures.map(({ row }) => row)).toEqual([5_001, 5_002, 5_003])
  })

  test('a row that breaks the connection costs the batch an attempt', async () => {
    const { deps, input, sent } = lonely(1, 'connection_failed', (body) => body !== OTHER)
    await expect(scoreBatch(deps, input, never)).rejects.toMatchObject({
      code: 'connection_failed',
    })
    expect(sent).toContain(OTHER)
  })

  test('of an endpoint that answers nothing, no row is told', async () => {
    const { deps, input } = lonely(1, 'model_failed', () => true)
    const scoring = scoreBatch(deps, input, never)
    await expect(scoring).rejects.toMatchObject({ code: 'endpoint_unavailable' })
  })

  test('no row is blamed for another that was sent to find out whether the endpoint is back', async () => {
    const { deps, input, sent, told } = lonely(2, 'rows_rejected', (body) => body === OTHER)
    await openCircuit(deps)
    const { failures, predictions } = await scoreBatch(deps, input, never)
    expect(failures).toEqual([])
    expect(predictions.toString()).toBe('0\n0.5')
    // Its refusal is an answer, and closes the circuit.
    expect(sent).toEqual([OTHER, '0\n1\n'])
    expect(told).toEqual([])
  })

  test('rows that have opened the circuit do not keep it open', async () => {
    const { deps, input, sent } = lonely(4, 'model_failed', (body) => body !== OTHER)
    await openCircuit(deps)
    const { failures } = await scoreBatch(deps, input, never)
    expect(failures).toHaveLength(4)
    expect(sent[0]).toBe(OTHER)
    expect(deps.limiter.state.circuit).toBe('closed')
  })
})
