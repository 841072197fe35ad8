import { lutimes, mkdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { jobFolders, linkRetry } from './job-folders.ts'

const [older, newer] = [jobIdOf('older'), jobIdOf('newer')]
const [retry, another] = [jobIdOf('retry'), jobIdOf('another')]

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

test.for([
  [retry, another],
  [another, retry],
] as const)('linked after %s, the retry %s is found before it', async ([first, second]) => {
  const root = await createRoot()
  for (const [at, jobId] of [first, second].entries()) {
    await linkRetry(join(root, newer), jobId)
    await linkRetry(join(root, newer), jobId)
    await lutimes(join(root, jobId), 3_000 + at, 3_000 + at)
  }
  expect(await jobFolders(root)).toEqual([second, first, newer, older])
})

test('a retry of a job that was forgotten is forgotten too', async () => {
  const root = await createRoot()
  await linkRetry(join(root, newer), retry)
  await rm(join(root, newer), { recursive: true })
  expect(await jobFolders(root)).toEqual([older])
})
