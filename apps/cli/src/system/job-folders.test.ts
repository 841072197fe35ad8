import { mkdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { type JobId, jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.ts'
import { jobFolders, linkRetry } from './job-folders.ts'

const [older, newer, retry] = ['older', 'newer', 'retry'].map(jobIdOf) as [JobId, JobId, JobId]

async function createRoot(): Promise<string> {
  const root = await temporaryFolder()
  for (const [jobId, at] of [
    [older, 1_000],
    [newer, 2_000],
  ] as const) {
    const ledger = join(root, jobId, 'ledger')
    await mkdir(ledger, { recursive: true })
    await utimes(ledger, at, at)
  }
  await mkdir(join(root, 'stdin'))
  return root
}

test('the job that was worked on last comes first', async () => {
  expect(await jobFolders(await createRoot())).toEqual([newer, older])
  expect(await jobFolders('/nowhere')).toEqual([])
})

test('a retry is found by its name, before the job that it retries', async () => {
  const root = await createRoot()
  await linkRetry(join(root, newer), retry)
  await linkRetry(join(root, newer), retry)
  expect(await jobFolders(root)).toEqual([retry, newer, older])
})

test('a retry of a job that was forgotten is forgotten too', async () => {
  const root = await createRoot()
  await linkRetry(join(root, newer), retry)
  await rm(join(root, newer), { recursive: true })
  expect(await jobFolders(root)).toEqual([older])
})
