import type { BatchMessage, Job, JobState } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { JobHaltedError } from './job/job-halted-error.ts'
import { type Delivery, type Deps, processBatch, type Verdict } from './process-batch.ts'
import type { Scored } from './score/scored.ts'
import { batch, jobId, never, openJobWith } from './test-data.fixture.ts'

const message: BatchMessage = { jobId, ...batch }
const first: Delivery = { attempt: 1, repeated: false }
const second: Delivery = { attempt: 2, repeated: true }
const scored: Scored = {
  predictions: Buffer.from('0.1\n\n0.3'),
  failures: [{ row: 7, code: 'model_refused', message: 'no' }],
  inputHash: 'ab',
  invocations: 4,
  bisections: 2,
  throttles: 1,
  durationMs: 12,
}

/** A ledger and an endpoint in memory; they outlive an attempt that dies. `log` is what was done. */
function createWorld(change: Partial<Deps> = {}, state: JobState = 'running') {
  const parts = new Map<number, Scored>()
  const marks = new Map<number, number>()
  const log: string[] = []
  const deps: Deps = {
    openJob: async () => openJobWith({}, { state }),
    openJobNow: async () => openJobWith({}, { state }),
    planned: async (_, index) => (index === batch.batch ? batch : undefined),
    recorded: async (_, index) => parts.get(index)?.failures.length,
    score: async () => {
      log.push('score')
      return scored
    },
    putPart: async (_, { batch: index }, attempt, part) => {
      const kind = parts.has(index) ? 'duplicate' : 'recorded'
      if (kind === 'recorded') parts.set(index, part)
      log.push(`put part, attempt ${attempt}`)
      return { kind, failedRows: parts.get(index)?.failures.length ?? 0 }
    },
    mark: async (_, index, failedRows) => {
      marks.set(index, failedRows)
      log.push('mark')
      return true
    },
    publishCompletion: async () => void log.push('publish completion'),
    failJob: async (_: Job, reason) => void log.push(`fail job: ${reason.message}`),
    recordRejection: async (_, { batch: index }) => void log.push(`record rejection ${index}`),
    watchTolerance: (_, failedRows) => void (failedRows > 0 && log.push('watch tolerance')),
    noteWait: (_, { message }) => void log.push(`note wait: ${message}`),
    verdict: (error) => (error as Error).message.split(':')[0] as Verdict,
    ...change,
  }
  return { deps, parts, marks, log }
}
const inOrder = ['score', 'put part, attempt 1', 'mark', 'publish completion', 'watch tolerance']

test('a batch is scored, put, marked and completed, in that order', async () => {
  const { deps, log, marks } = createWorld()
  expect(await processBatch(deps, message, first, never)).toEqual({
    kind: 'recorded',
    part: { rows: 3, failedRows: 1, invocations: 4, bisections: 2, throttles: 1, durationMs: 12 },
  })
  expect(log).toEqual(inOrder)
  expect([...marks]).toEqual([[2, 1]])
})

test('of a retry, it is told how many rows were invoked again and mended', async () => {
  const retried = { rows: 2, mended: 1 }
  const { deps } = createWorld({ score: async () => ({ ...scored, retried }) })
  expect(await processBatch(deps, message, first, never)).toMatchObject({
    kind: 'recorded',
    part: { rows: 3, failedRows: 1, retried },
  })
})

test('a batch that is not the last of its job completes nothing', async () => {
  const { deps, log } = createWorld({ mark: async () => false })
  await processBatch(deps, message, first, never)
  expect(log).not.toContain('publish completion')
})

describe('a batch that is recorded already', () => {
  test('on a later attempt, is only marked', async () => {
    const { deps, parts, log, marks } = createWorld()
    parts.set(2, { ...scored, failures: [] })
    expect(await processBatch(deps, message, second, never)).toEqual({ kind: 'duplicate' })
    expect(log).toEqual(['mark', 'publish completion'])
    expect([...marks]).toEqual([[2, 0]])
  })

  test('when it is published once more, is only marked', async () => {
    const { deps, parts, log } = createWorld()
    parts.set(2, { ...scored, failures: [] })
    const published = { attempt: 1, repeated: true }
    expect(await processBatch(deps, message, published, never)).toEqual({ kind: 'duplicate' })
    expect(log).toEqual(['mark', 'publish completion'])
  })

  test('on a first attempt, keeps the part that holds and its count of failures', async () => {
    const { deps, parts, marks } = createWorld()
    const earlier = { ...scored, failures: [] }
    parts.set(2, earlier)
    expect(await processBatch(deps, message, first, never)).toEqual({ kind: 'duplicate' })
    expect(parts.get(2)).toBe(earlier)
    expect([...marks]).toEqual([[2, 0]])
  })
})

test.for<[string, Partial<BatchMessage>]>([
  ['other rows', { rows: { start: 6, end: 10 } }],
  ['rows that start elsewhere', { rows: { start: 5, end: 9 } }],
  ['other bytes', { bytes: { start: 0, end: 118 } }],
  ['bytes that end elsewhere', { bytes: { start: 100, end: 119 } }],
  ['another object', { object: 1 }],
  ['a number that the plan does not know', { batch: 99 }],
])('a message with %s than planned is rejected unread', async ([, change]) => {
  const { deps, log } = createWorld()
  const outcome = await processBatch(deps, { ...message, ...change }, first, never)
  expect(outcome).toEqual({
    kind: 'rejected',
    code: 'batch_not_planned',
    reason: expect.stringContaining(`batch ${change.batch ?? 2} of job ${jobId}: the message says`),
  })
  expect(log).toEqual(change.batch === 99 ? [] : ['record rejection 2'])
})

const nobody = async (): Promise<undefined> => undefined

test('a message of a job that nobody knows is rejected', async () => {
  const { deps } = createWorld({ openJob: nobody, openJobNow: nobody })
  expect(await processBatch(deps, message, first, never)).toEqual({
    kind: 'rejected',
    code: 'job_unknown',
    reason: `job ${jobId} is unknown`,
  })
})

test.for<[JobState, string]>([
  ['planning', 'recorded'],
  ['running', 'recorded'],
  ['paused', 'withheld'],
  ['aggregating', 'stale'],
  ['succeeded', 'stale'],
  ['succeeded_with_failures', 'stale'],
  ['failed', 'stale'],
  ['cancelled', 'stale'],
])('a batch of a job that is %s is %s', async ([state, kind]) => {
  const { deps, log } = createWorld({}, state)
  expect(await processBatch(deps, message, first, never)).toMatchObject({ kind })
  expect(log.length > 0).toBe(kind === 'recorded')
})

describe('of a job that was changed', () => {
  test('a message is processed when the job was resumed just now', async () => {
    const { deps } = createWorld({ openJob: async () => openJobWith({}, { state: 'paused' }) })
    expect(await processBatch(deps, message, first, never)).toMatchObject({ kind: 'recorded' })
  })

  test('a message is processed when the job was made just now', async () => {
    const { deps } = createWorld({ openJob: nobody })
    expect(await processBatch(deps, message, first, never)).toMatchObject({ kind: 'recorded' })
  })

  test.for<[JobState | undefined, string]>([
    ['paused', 'withheld'],
    ['cancelled', 'stale'],
    ['failed', 'stale'],
    [undefined, 'stale'],
  ])('a batch in hand is let go when it becomes %s', async ([state, kind]) => {
    const { deps, log } = createWorld({ score: () => Promise.reject(new JobHaltedError(state)) })
    expect(await processBatch(deps, message, first, never)).toEqual({ kind })
    expect(log).toEqual([])
  })
})

test('the tolerance is looked at only where rows have failed', async () => {
  const { deps, log } = createWorld({ score: async () => ({ ...scored, failures: [] }) })
  await processBatch(deps, message, first, never)
  expect(log).not.toContain('watch tolerance')
})

describe('an error', () => {
  test.for<[Verdict, object, string[]]>([
    ['release', { kind: 'released', reason: new Error('release: 503') }, []],
    [
      'postpone',
      { kind: 'postponed', reason: 'postpone: 503', isFailed: true },
      ['note wait: postpone: 503'],
    ],
    ['wait', { kind: 'postponed', reason: 'wait: 503', isFailed: false }, ['note wait: wait: 503']],
    [
      'fail_job',
      { kind: 'job_failed', reason: new Error('fail_job: 503') },
      ['fail job: fail_job: 503'],
    ],
  ])('with the verdict %s has its outcome', async ([verdict, outcome, logged]) => {
    const { deps, log } = createWorld({ score: () => Promise.reject(new Error(`${verdict}: 503`)) })
    expect(await processBatch(deps, message, first, never)).toEqual(outcome)
    expect(log).toEqual(logged)
  })

  test('is judged by its job and the attempt', async () => {
    const judged: unknown[] = []
    const verdict = (...facts: unknown[]): Verdict => {
      judged.push(...facts)
      return 'release'
    }
    const error = new Error('denied')
    const { deps } = createWorld({ score: () => Promise.reject(error), verdict })
    await processBatch(deps, message, { attempt: 5, repeated: true }, never)
    expect(judged).toEqual([error, openJobWith(), 5])
  })

  test('that is no Error becomes one', async () => {
    const verdict = (): Verdict => 'release'
    const { deps } = createWorld({ score: () => Promise.reject('text'), verdict })
    expect(await processBatch(deps, message, first, never)).toEqual({
      kind: 'released',
      reason: new Error('text'),
    })
  })

  test('after an abort never fails the job', async () => {
    const stop = new AbortController()
    const { deps, log } = createWorld({
      score: () => {
        stop.abort(new Error('drained'))
        return Promise.reject(new Error('fail_job: plan unreadable'))
      },
    })
    await expect(processBatch(deps, message, first, stop.signal)).rejects.toThrow('drained')
    expect(log).toEqual([])
  })
})

const steps = ['planned', 'score', 'putPart', 'mark', 'publishCompletion'] as const

test.for(steps.flatMap((step) => [`before ${step}`, `after ${step}`]))(
  'when it dies %s, the next attempt records the batch once',
  async (place) => {
    const { deps, parts, marks, log } = createWorld()
    const outcome = await processBatch(dying(deps, place), message, first, never)
    expect(outcome).toMatchObject({ kind: 'released' })
    const kept = parts.get(2)
    await processBatch(deps, message, second, never)
    expect(parts.size).toBe(1)
    expect(kept === undefined || parts.get(2) === kept).toBe(true)
    expect([...marks]).toEqual([[2, 1]])
    expect(log).toContain('publish completion')
    expect(log.filter((entry) => entry === 'score').length).toBeLessThanOrEqual(2)
  },
)

test('a batch that is recorded is never invoked again by a later attempt', async () => {
  const { deps, log } = createWorld()
  await processBatch(dying(deps, 'before mark'), message, first, never)
  expect(await processBatch(deps, message, second, never)).toEqual({ kind: 'duplicate' })
  expect(log.filter((entry) => entry === 'score')).toHaveLength(1)
})

/** These dependencies, but the attempt ends `before` or `after` one of them has done its work. */
function dying(deps: Deps, place: string): Deps {
  const [when, step] = place.split(' ') as ['before' | 'after', (typeof steps)[number]]
  const work = deps[step] as (...args: unknown[]) => Promise<unknown>
  return {
    ...deps,
    verdict: () => 'release',
    [step]: async (...args: unknown[]) => {
      if (when === 'after') await work(...args)
      throw new Error('killed')
    },
  }
}
