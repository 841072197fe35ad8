import type { Job } from '@millrace/job'
import { expect, test } from 'vitest'
import { jobWith, never } from '../test-data.fixture.ts'
import type { Snapshot } from '../show/screen.ts'
import { type Deps, watchJob } from './watch-job.ts'

interface Look {
  readonly job: Job | undefined
  readonly batches?: number
  readonly failedRows?: number
  readonly at?: number
}
const plan = { batches: 10, rows: 951 }
const succeeded = jobWith({ state: 'succeeded', plan })

/** A ledger that looks like this, then like that, and stays as it was last. */
function createWorld(...looks: Look[]) {
  const shown: Snapshot[] = []
  const planned: Job[] = []
  let index = -1
  const current = (): Look => looks[Math.min(index, looks.length - 1)] ?? { job: undefined }
  const deps: Deps = {
    readJob: async () => {
      index += 1
      return current().job
    },
    readProgress: async () => ({
      batches: current().batches ?? 0,
      failedRows: current().failedRows ?? 0,
    }),
    show: (snapshot) => shown.push(snapshot),
    planned: async (job) => void planned.push(job),
    now: () => current().at ?? 0,
    everyMs: 1,
  }
  return { deps, shown, planned }
}

test('a job that has ended is given back, and shown as it ended', async () => {
  const { deps, shown } = createWorld({ job: succeeded, batches: 10, failedRows: 3 })
  expect(await watchJob(deps, never)).toBe(succeeded)
  expect(shown).toEqual([
    { state: 'succeeded', rows: 951, rowsDone: 951, rowsFailed: 3, rowsPerSecond: 0 },
  ])
})

test('a job that is not there yet is waited for', async () => {
  const { deps, shown } = createWorld({ job: undefined }, { job: succeeded, batches: 10 })
  expect(await watchJob(deps, never)).toBe(succeeded)
  expect(shown).toHaveLength(1)
})

test('until the endpoint has answered the first rows, it is waited for', async () => {
  const dataset = { digest: '0'.repeat(64), objects: 1, bytes: 10 }
  const planning = jobWith({ state: 'planning', dataset })
  const { deps, shown } = createWorld(
    { job: jobWith({ state: 'planning' }) },
    { job: planning },
    { job: planning, batches: 1 },
    { job: succeeded, batches: 10 },
  )
  await watchJob(deps, never)
  expect(shown.map(({ isTried }) => isTried)).toEqual([undefined, true, undefined, undefined])
})

test('while the endpoint does not answer, it is waited for, or no more', async () => {
  const { deps, shown } = createWorld(
    { job: jobWith() },
    { job: jobWith(), batches: 2 },
    { job: succeeded, batches: 10 },
  )
  const isAway = async ({ batches }: { batches: number }) => batches === 2
  await watchJob({ ...deps, isAway }, never)
  expect(shown.map((snapshot) => snapshot.isAway)).toEqual([undefined, true, undefined])
  const inVain = async () => {
    throw new Error('in vain')
  }
  const { deps: others } = createWorld({ job: jobWith() })
  await expect(watchJob({ ...others, isAway: inVain }, never)).rejects.toThrow('in vain')
})

test('rows and rate are those of the batches recorded so far', async () => {
  const { deps, shown } = createWorld(
    { job: jobWith(), batches: 1, at: 0 },
    { job: jobWith(), batches: 5, at: 2_000 },
    { job: succeeded, batches: 10, at: 4_000 },
  )
  await watchJob(deps, never)
  expect(shown.map(({ rowsDone, rowsPerSecond }) => [rowsDone, rowsPerSecond])).toEqual([
    [100, 0],
    [500, 200],
    [951, 212.75],
  ])
})

test('of a job that has ended already, no plan is told', async () => {
  const { deps, planned } = createWorld({ job: succeeded })
  await watchJob(deps, never)
  expect(planned).toEqual([])
})

test('a job may be over by the look after the one that did not find it: its plan is told', async () => {
  const { deps, planned } = createWorld({ job: undefined }, { job: succeeded })
  await watchJob(deps, never)
  expect(planned).toEqual([succeeded])
})

test('that the plan is whole is told once', async () => {
  const running = jobWith({ plan })
  const { deps, planned } = createWorld(
    { job: jobWith() },
    { job: running },
    { job: running },
    { job: succeeded },
  )
  await watchJob(deps, never)
  expect(planned).toEqual([running])
})

test('the rate is that of the last ten seconds', async () => {
  const { deps, shown } = createWorld(
    { job: jobWith(), batches: 0, at: 0 },
    { job: jobWith(), batches: 5, at: 1_000 },
    { job: jobWith(), batches: 5, at: 11_001 },
    { job: succeeded, batches: 10, at: 12_000 },
  )
  await watchJob(deps, never)
  expect(shown[2]?.rowsPerSecond).toBe(0)
})

test('when the plan corrects the rows downwards, the rate is not negative', async () => {
  const { deps, shown } = createWorld(
    { job: jobWith(), batches: 5, at: 0 },
    { job: jobWith({ plan }), batches: 5, at: 1_000 },
    { job: succeeded, batches: 10, at: 2_000 },
  )
  await watchJob(deps, never)
  expect(shown[1]).toMatchObject({ rowsDone: 476, rowsPerSecond: 0 })
})

test('when stopped, it ends at once', async () => {
  const stop = new AbortController()
  const { deps } = createWorld({ job: jobWith() })
  const watching = watchJob({ ...deps, show: () => stop.abort() }, stop.signal)
  await expect(watching).rejects.toMatchObject({ name: 'AbortError' })
})

test('each look without a job is told, and ends the wait when none is to come', async () => {
  const { deps } = createWorld({ job: undefined })
  let looks = 0
  const notYet = async () => {
    looks += 1
    if (looks === 3) throw new Error('refused')
  }
  await expect(watchJob({ ...deps, notYet }, never)).rejects.toThrow('refused')
})

test('each look at a job that is planned is told, and ends the wait when nobody plans it any more', async () => {
  const { deps } = createWorld(
    { job: jobWith({ state: 'planning' }) },
    { job: jobWith({ state: 'planning' }) },
    { job: succeeded },
  )
  let looks = 0
  const planning = async () => {
    looks += 1
    if (looks === 2) throw new Error('set aside')
  }
  await expect(watchJob({ ...deps, planning }, never)).rejects.toThrow('set aside')
})
