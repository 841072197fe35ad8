import { type FaultKind, loadXgboostModel, startEndpoint } from '@millrace/endpoint'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ClosableInvoke, createInvoke } from '../invoke/create-invoke.ts'
import { batchOf, flights, flightsModel, hastyDeps, testCredentials } from '../flights.fixture.ts'
import type { Invoke } from '../invoke/invocation.ts'
import type { InvocationErrorCode } from '../invoke/invocation-error.ts'
import { createLimiter } from '../limiter/limiter.ts'
import { scoreBatch, type ScoredBatch } from './score-batch.ts'

const never = new AbortController().signal
const ROWS = flights.expected.length
const BATCH = 1_000
const SEED = 23
let endpoint: Awaited<ReturnType<typeof startEndpoint>>
let invoke: ClosableInvoke
/** Does not wait long for an answer that never comes. */
let hasty: ClosableInvoke

beforeAll(async () => {
  endpoint = await startEndpoint({
    name: 'flights',
    model: loadXgboostModel(flightsModel),
    seed: SEED,
  })
  const options = {
    region: 'us-east-1',
    endpointUrl: endpoint.url,
    credentials: testCredentials,
  }
  invoke = createInvoke({ ...options, timeoutMs: 20_000 })
  hasty = createInvoke({ ...options, timeoutMs: 2_000 })
})
beforeEach(() => endpoint.change({ faults: {}, poisonRows: [], outage: false }))
afterAll(async () => {
  await Promise.all([invoke.close(), hasty.close()])
  await endpoint.close()
})

/** Scores all rows in batches of `rows`, as a consumer would; where one fails the others are waited for. */
async function scoreAll(by: Invoke, rows = BATCH): Promise<ScoredBatch[]> {
  const deps = hastyDeps(by)
  const starts = Array.from({ length: ROWS / rows }, (_, index) => index * rows)
  const scoring = starts.map((start) => scoreBatch(deps, batchOf(start, start + rows), never))
  await Promise.allSettled(scoring)
  return await Promise.all(scoring)
}

const linesOf = (batches: readonly ScoredBatch[]): string[] =>
  batches.flatMap(({ predictions }) => predictions.toString().split('\n'))

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

describe('with poison rows at random', () => {
  test.for([0, 1, 10, 200])('of which there are %i, scores every other row', async (count) => {
    const rows = flights.features.toString().trimEnd().split('\n')
    const poison = new Set(rowsAtRandom(count))
    // Rows with the same text are poison together.
    const texts = new Set([...poison].map((row) => rows[row] ?? ''))
    const expectedRows = rows.flatMap((text, row) => (texts.has(text) ? [row] : []))
    endpoint.change({ poisonRows: (row) => texts.has(row) })

    const batches = await scoreAll(invoke)

    const failed = new Set(expectedRows)
    expect(linesOf(batches)).toEqual(
      flights.expected.map((text, row) => (failed.has(row) ? '' : text)),
    )
    expect(batches.flatMap(({ failures }) => failures.map(({ row }) => row))).toEqual(expectedRows)
    for (const { failures, invocations } of batches) {
      expect(invocations).toBeLessThanOrEqual(boundOf(failures.length, BATCH))
    }
    console.info(
      `${expectedRows.length} poison rows: ${sum(batches.map((b) => b.invocations))} invocations`,
    )
  })
})

/** Two tries for each split on the way down to each bad row, the ways shared at the top. */
function boundOf(bad: number, rows: number): number {
  if (bad === 0) return 1
  return 1 + 2 * bad * (Math.log2(rows / bad) + 2)
}

function rowsAtRandom(count: number): number[] {
  let state = SEED
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * ROWS)
  })
}

const MIXED: { readonly [kind in FaultKind]?: number } = {
  internal_failure: 0.01,
  unavailable: 0.01,
  dependency_failure: 0.01,
  model_500: 0.01,
  reset: 0.01,
  cut_body: 0.01,
  missing_line: 0.01,
  extra_line: 0.01,
  garbage: 0.01,
  hang: 0.01,
}

test(`with ten kinds of faults, gives the answer key (seed ${SEED})`, async () => {
  endpoint.change({ faults: MIXED })
  const kindsMet = () => Object.keys(endpoint.stats.faults).length
  for (let round = 0; round < 25 && (round < 3 || kindsMet() < 10); round++) {
    const batches = await scoreAll(hasty, 200)
    expect(linesOf(batches)).toEqual(flights.expected)
    expect(batches.flatMap(({ failures }) => failures)).toEqual([])
  }
  expect(kindsMet()).toBe(10)
})

/** A fault of every invocation: what becomes of ten rows, and after how many invocations. */
const FATES: readonly [FaultKind, InvocationErrorCode | 'rows fail', string, number][] = [
  ['access_denied', 'access_denied', 'systemic', 1],
  // Keys are renewed once.
  ['expired_token', 'credentials_expired', 'systemic', 2],
  // The batch, its left halves, and each of ten rows alone.
  ['model_400', 'rows fail', 'rows_rejected', 19],
  ['too_large', 'rows fail', 'payload_too_large', 19],
  ['oversize_body', 'rows fail', 'payload_too_large', 19],
  ['model_413', 'rows fail', 'payload_too_large', 19],
]

test.for(FATES)('on every %s, %s (%s) after %i invocations', async ([fault, code, kind, count]) => {
  endpoint.change({ faults: { [fault]: 1 } })
  const before = endpoint.stats.invocations
  const scoring = scoreBatch(hastyDeps(invoke), batchOf(0, 10), never)
  const outcome = await scoring.then(
    ({ failures }) => ({
      code: 'rows fail',
      kind: [...new Set(failures.map((f) => f.code))].join(),
    }),
    (error: { code: string; kind: string }) => ({ code: error.code, kind: error.kind }),
  )
  expect(outcome).toEqual({ code, kind })
  expect(endpoint.stats.invocations - before).toBe(count)
})

test.for<FaultKind>([
  'throttle',
  'not_ready',
  'model_429',
  'queue_full',
  'internal_failure',
  'unavailable',
  'dependency_failure',
  'reset',
  'cut_body',
])('on every %s, gives the batch back uncharged at its deadline', async (fault) => {
  endpoint.change({ faults: { [fault]: 1 } })
  let now = 0
  const deps = { ...hastyDeps(invoke), now: () => (now += 1_000) }
  const scoring = scoreBatch(deps, { ...batchOf(0, 10), deadlineMs: 130_000 }, never)
  await expect(scoring).rejects.toMatchObject({ kind: 'throttle' })
})

test.for<FaultKind>(['model_500', 'model_503', 'hang', 'model_timeout'])(
  'on every %s, gives the batch back rather than fail its rows',
  async (fault) => {
    endpoint.change({ faults: { [fault]: 1 } })
    const scoring = scoreBatch(hastyDeps(hasty), batchOf(0, 2), never)
    await expect(scoring).rejects.toMatchObject({
      code: expect.stringMatching(/^endpoint_(outage|unavailable)$/),
    })
  },
)

test.for<FaultKind>(['model_500', 'model_timeout'])(
  'on a row that always meets %s, fails that row alone',
  async (fault) => {
    const poison = rowText(7)
    const faulty: Invoke = async (request, signal) => {
      const poisoned = Buffer.from(request.body).toString().includes(poison)
      endpoint.change({ faults: poisoned ? { [fault]: 1 } : {} })
      return await invoke(request, signal)
    }
    // One at a time, for the fault is switched for each.
    const deps = {
      ...hastyDeps(faulty),
      limiter: createLimiter({ concurrencyMax: 1, now: Date.now }),
    }
    const { failures, predictions } = await scoreBatch(deps, batchOf(0, 32), never)
    expect(failures.map(({ row }) => row)).toEqual([7])
    expect(predictions.toString().split('\n')).toEqual(
      flights.expected.slice(0, 32).map((text, row) => (row === 7 ? '' : text)),
    )
  },
)

const rowText = (row: number): string => flights.features.toString().split('\n')[row] ?? ''
