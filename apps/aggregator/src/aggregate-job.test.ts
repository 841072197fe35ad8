import type { JobState } from '@millrace/job'
import { expect, test } from 'vitest'
import { aggregateJob, type Deps, type ResultSummary } from './aggregate-job.ts'
import { OvertakenError } from './fence.ts'
import { jobId, jobWith, never } from './test-data.fixture.ts'

const summary: ResultSummary = {
  rows: 4,
  failedRows: 0,
  resultUri: 's3://results/scores.csv',
  manifestUri: 's3://results/scores.manifest.json',
}
const failure = { code: 'part_missing', message: 'batch 2 has no part' }

/** A claimed job that succeeds, but for what `change` says; `ended` is how it was finished. */
function createWorld(change: Partial<Deps> = {}) {
  const ended: JobState[] = []
  const deps: Deps = {
    claim: async () => ({
      kind: 'claimed',
      job: jobWith(),
      lease: { jobId, owner: 'me', generation: 3 },
    }),
    keepLease: async (_, signal, work) => await work(signal),
    writeResult: async () => summary,
    failureOf: (error) => (String(error).includes('part_missing') ? failure : undefined),
    finish: async (_, state) => {
      ended.push(state)
      return true
    },
    ...change,
  }
  return { deps, ended }
}
/** A lease that is lost as soon as the work begins. */
const losing: Deps['keepLease'] = async (_, signal, work) => {
  const lost = AbortSignal.abort(new Error('lease lost'))
  return await work(AbortSignal.any([signal, lost]))
}

test('a job whose rows are all predicted succeeds', async () => {
  const { deps, ended } = createWorld()
  expect(await aggregateJob(deps, jobId, never)).toEqual({
    kind: 'finished',
    state: 'succeeded',
    summary,
  })
  expect(ended).toEqual(['succeeded'])
})

test('a job with a failed row succeeds with failures', async () => {
  const { deps } = createWorld({ writeResult: async () => ({ ...summary, failedRows: 1 }) })
  expect(await aggregateJob(deps, jobId, never)).toMatchObject({ state: 'succeeded_with_failures' })
})

test.for(['held', 'ended', 'not_ready', 'unknown'] as const)(
  'a job that is %s is left as it is',
  async (kind) => {
    const { deps, ended } = createWorld({ claim: async () => ({ kind }) })
    expect(await aggregateJob(deps, jobId, never)).toEqual({ kind })
    expect(ended).toEqual([])
  },
)

test('parts that do not balance fail the job', async () => {
  const { deps, ended } = createWorld({ writeResult: () => Promise.reject(Error('part_missing')) })
  expect(await aggregateJob(deps, jobId, never)).toEqual({ kind: 'failed', failure })
  expect(ended).toEqual(['failed'])
})

test('a job in which too many rows failed ends so, and nothing is written', async () => {
  const job = jobWith()
  const lease = { jobId, owner: 'me', generation: 3 }
  let written = false
  const { deps, ended } = createWorld({
    claim: async () => ({ kind: 'claimed', job, lease, failure }),
    writeResult: async () => {
      written = true
      return summary
    },
  })
  expect(await aggregateJob(deps, jobId, never)).toEqual({ kind: 'failed', failure })
  expect({ ended, written }).toEqual({ ended: ['failed'], written: false })
})

test('a passing fault ends nothing and is thrown', async () => {
  const { deps, ended } = createWorld({ writeResult: () => Promise.reject(Error('503')) })
  await expect(aggregateJob(deps, jobId, never)).rejects.toThrow('503')
  expect(ended).toEqual([])
})

test.for([
  ['the result is written', async () => summary],
  ['the parts do not balance', () => Promise.reject(Error('part_missing'))],
] as const)('when %s but the lease has a new owner, it is lost', async ([, writeResult]) => {
  const { deps } = createWorld({ writeResult, finish: async () => false })
  expect(await aggregateJob(deps, jobId, never)).toEqual({ kind: 'lost' })
})

test('when the lease is lost in the middle of writing, ends nothing', async () => {
  const { deps, ended } = createWorld({
    keepLease: losing,
    writeResult: (_, held) => Promise.reject(held.reason as Error),
  })
  expect(await aggregateJob(deps, jobId, never)).toEqual({ kind: 'lost' })
  expect(ended).toEqual([])
})

test('when another has taken over before a file becomes visible, it is lost', async () => {
  const { deps, ended } = createWorld({
    writeResult: () => Promise.reject(new OvertakenError('write: taken over')),
  })
  expect(await aggregateJob(deps, jobId, never)).toEqual({ kind: 'lost' })
  expect(ended).toEqual([])
})

test('when aborted, neither fails the job nor calls the lease lost', async () => {
  const { deps, ended } = createWorld({
    writeResult: () => Promise.reject(Error('part_missing')),
  })
  const stop = AbortSignal.abort(new Error('drained'))
  await expect(aggregateJob(deps, jobId, stop)).rejects.toThrow('drained')
  expect(ended).toEqual([])
})

test.for(['claim', 'writeResult', 'finish'] as const)(
  'when it dies at %s, the next look ends the job once',
  async (step) => {
    const { deps, ended } = createWorld()
    const dying = { ...deps, [step]: () => Promise.reject(Error('killed')) }
    await expect(aggregateJob(dying, jobId, never)).rejects.toThrow('killed')
    expect(await aggregateJob(deps, jobId, never)).toMatchObject({ state: 'succeeded' })
    expect(ended).toEqual(['succeeded'])
  },
)
