import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Job, jobIdOf } from '@millrace/job'
import { createJob, pauseJob } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { makeFolders } from '../local/state-folder.ts'
import { openHostedSystem, openLocalSystem } from '../system/local-system.ts'
import { createWorld, jobWith, never, temporaryFolder } from '../test-data.fixture.ts'
import { createJobLines } from './job-lines.ts'

const now = Math.floor(Date.now() / 1_000)

async function addJob(
  root: string,
  state: Job['state'],
  createdAt = now,
  more: Pick<Job, 'waits'> = {},
) {
  const clientToken = `${state}-${createdAt}`
  const jobId = jobIdOf(clientToken)
  const folder = join(root, jobId)
  await makeFolders(folder)
  await using system = await openHostedSystem(folder)
  const plan = { batches: 10, rows: 100 }
  const facts = { jobId, clientToken, state, createdAt, plan, ...more }
  await createJob(system.ledger, jobWith(facts), never)
  return { jobId, folder }
}

const linesOf = (state: string) => createJobLines({ state, days: 7 }, createWorld({}).world)

test('of a folder shows recent jobs and those that have not ended, the newest first', async () => {
  const root = await temporaryFolder()
  const ended = await addJob(root, 'succeeded')
  await addJob(root, 'failed', 1_000)
  const paused = await addJob(root, 'paused', 1_000)
  const lines = await linesOf(root).lines(never)
  expect(lines).toMatchObject([
    { jobId: ended.jobId, state: 'succeeded', rows: 100 },
    { jobId: paused.jobId, state: 'paused', recorded: 0, failedRows: 0 },
  ])
})

test('says why a job waits', async () => {
  const root = await temporaryFolder()
  const { jobId } = await addJob(root, 'running', now, {
    waits: { at: now, reason: 'endpoint_throttled' },
  })
  expect(await linesOf(root).lines(never)).toMatchObject([{ jobId, waits: 'endpoint_throttled' }])
})

test('looks at once where a run has begun to work', async () => {
  const root = await temporaryFolder()
  const { jobId, folder } = await addJob(root, 'running')
  const jobs = linesOf(root)
  await jobs.lines(never)
  await using system = await openHostedSystem(folder)
  // It is found by its note.
  await pauseJob(system.ledger, jobId, never)
  expect(await jobs.lines(never)).toMatchObject([{ jobId, state: 'paused' }])
})

test('opens no folder again within the minute', async () => {
  const root = await temporaryFolder()
  const { jobId, folder } = await addJob(root, 'running')
  const jobs = linesOf(root)
  await jobs.lines(never)
  // Somebody has the folder without a note: whoever opened it now would wait for seconds, and fail.
  const { startCloud } = await import('@millrace/cloud')
  const holder = await startCloud({ stateDir: join(folder, 'ledger') })
  expect(await jobs.lines(never)).toMatchObject([{ jobId, state: 'running' }])
  await holder.close()
})

test('what was done to a job is seen at the next look', async () => {
  const root = await temporaryFolder()
  const { jobId, folder } = await addJob(root, 'running')
  const jobs = linesOf(root)
  await jobs.lines(never)
  {
    await using system = await openLocalSystem(folder)
    await pauseJob(system.ledger, jobId, never)
  }
  expect(await jobs.lines(never)).toMatchObject([{ state: 'running' }])
  jobs.forget(jobId)
  expect(await jobs.lines(never)).toMatchObject([{ state: 'paused' }])
})

test('a job whose folder cannot be opened is shown with the reason, until it can', async () => {
  const root = await temporaryFolder()
  const { jobId, folder } = await addJob(root, 'running')
  const version = await readFile(join(folder, 'version'), 'utf8')
  await writeFile(join(folder, 'version'), '7\n')
  const reason = expect.stringContaining('another version of Millrace')
  const jobs = linesOf(root)
  expect(await jobs.lines(never)).toMatchObject([{ jobId, state: 'unreadable', reason }])
  await writeFile(join(folder, 'version'), version)
  expect(await jobs.lines(never)).toMatchObject([{ jobId, state: 'running' }])
})
