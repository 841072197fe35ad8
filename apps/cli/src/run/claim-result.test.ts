import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { makeFolders } from '../local/state-folder.ts'
import { openHostedSystem } from '../system/local-system.ts'
import { temporaryFolder } from '../test-data.fixture.ts'
import { claimResult } from './claim-result.ts'

const one = jobIdOf('one')
const other = jobIdOf('other')

test('while a run writes a result, no other run may', async () => {
  const root = await temporaryFolder()
  const path = join(root, 'rows.predictions.csv')
  {
    await makeFolders(join(root, one))
    await using _ledger = await openHostedSystem(join(root, one))
    await using _claimed = await claimResult(root, { path, jobId: one })
    await expect(claimResult(root, { path, jobId: other })).rejects.toMatchObject({
      message: expect.stringContaining(`the run ${one} is at work, and writes it`),
      exitCode: 2,
    })
    await using _same = await claimResult(root, { path, jobId: one })
    await using _beside = await claimResult(root, { path: join(root, 'rows.csv'), jobId: other })
  }
  await using _after = await claimResult(root, { path, jobId: other })
  expect(await readdir(root)).toEqual([one, expect.stringMatching(/^result-/)])
})

test.for<[string, string]>([
  ['by a link to its folder', 'link/scores.csv'],
  ['by another format, which has the same manifest', 'scores.parquet'],
  ['packed, which has the same manifest', 'scores.csv.gz'],
])('a result is held %s too', async ([, name]) => {
  const root = await temporaryFolder()
  await symlink('.', join(root, 'link'))
  await makeFolders(join(root, one))
  await using _ledger = await openHostedSystem(join(root, one))
  await using _claimed = await claimResult(root, { path: join(root, 'scores.csv'), jobId: one })
  const claim = claimResult(root, { path: join(root, name), jobId: other })
  await expect(claim).rejects.toMatchObject({ exitCode: 2 })
})

test('a folder that may not be written is told', async () => {
  const root = join(await temporaryFolder(), 'rows.csv')
  await writeFile(root, '1,2\n')
  await expect(claimResult(root, { path: 'out.csv', jobId: one })).rejects.toMatchObject({
    message: expect.stringContaining('may not be written (ENOTDIR)'),
    exitCode: 2,
  })
})

test.for<[string, string]>([
  // No process has it: Linux gives out less than 2²².
  ['a run that was killed', JSON.stringify({ jobId: one, pid: 2 ** 22 + 1 })],
  ['one that was killed as it wrote it', ''],
  [
    'one of an earlier container, whose process had our number',
    JSON.stringify({ jobId: one, pid: process.pid }),
  ],
])('what %s has left holds nobody off', async ([, text]) => {
  const root = await temporaryFolder()
  const path = join(root, 'out.csv')
  const claimed = await claimResult(root, { path, jobId: one })
  const [note = ''] = await readdir(root)
  await claimed[Symbol.asyncDispose]()
  await writeFile(join(root, note), text)
  await using _claimed = await claimResult(root, { path, jobId: other })
  expect(JSON.parse(await readFile(join(root, note), 'utf8'))).toMatchObject({ jobId: other })
})
