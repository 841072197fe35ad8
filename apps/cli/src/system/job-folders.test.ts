import { lutimes, mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { openLocalSystem } from './local-system.ts'
import { temporaryFolder } from '../test-data.fixture.ts'
import { jobFolders, linkRetry, noteBegun, removeJobFolder } from './job-folders.ts'

const [older, newer] = [jobIdOf('older'), jobIdOf('newer')]
const [retry, another] = [jobIdOf('retry'), jobIdOf('another')]

/** A root with the states of two runs, as they were left before there were notes. */
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

test('without notes, the job whose state was made last comes first', async () => {
  expect(await jobFolders(await createRoot())).toEqual([newer, older])
  expect(await jobFolders('/nowhere')).toEqual([])
})

test('what is no folder is told, and not taken for one without jobs', async () => {
  const file = join(await temporaryFolder(), 'rows.csv')
  await writeFile(file, '1,2\n')
  await expect(jobFolders(file)).rejects.toMatchObject({
    message: expect.stringContaining('cannot be read (ENOTDIR)'),
    exitCode: 2,
  })
})

test('the job that was run or retried last comes first', async () => {
  const root = await createRoot()
  const now = Date.now()
  await noteBegun(join(root, newer), newer, now)
  await noteBegun(join(root, older), older, now + 1)
  expect(await jobFolders(root)).toEqual([older, newer])
  await linkRetry(join(root, newer), retry)
  await noteBegun(join(root, newer), retry, now + 2)
  expect(await jobFolders(root)).toEqual([retry, older, newer])
  await noteBegun(join(root, older), older, now + 3)
  expect(await jobFolders(root)).toEqual([older, retry, newer])
})

test('a job that is only looked at stays in its place', async () => {
  const root = await createRoot()
  for (const [at, jobId] of [older, newer].entries()) {
    await noteBegun(join(root, jobId), jobId, at)
  }
  await (await openLocalSystem(join(root, older)))[Symbol.asyncDispose]()
  expect(await jobFolders(root)).toEqual([newer, older])
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

test('a job that is removed takes the links of its retries along', async () => {
  const root = await createRoot()
  await linkRetry(join(root, newer), retry)
  await linkRetry(join(root, older), another)
  await removeJobFolder(join(root, newer))
  await mkdir(join(root, newer, 'ledger'), { recursive: true })
  expect((await jobFolders(root)).toSorted()).toEqual([newer, older, another].toSorted())
})

test('a retry of a job that was forgotten is forgotten too', async () => {
  const root = await createRoot()
  await linkRetry(join(root, newer), retry)
  await rm(join(root, newer), { recursive: true })
  expect(await jobFolders(root)).toEqual([older])
})
