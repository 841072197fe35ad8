import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type JobState, jobIdOf } from '@millrace/job'
import { createJob } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { makeFolders } from '../local/state-folder.ts'
import { openHostedSystem } from '../system/local-system.ts'
import { createWorld, jobWith, never, temporaryFolder } from '../test-data.fixture.ts'
import { list } from './list.ts'

const LONG_AGO = 1_000

async function addJob(root: string, state: JobState, createdAt: number): Promise<string> {
  const clientToken = `${state}-${createdAt}`
  const jobId = jobIdOf(clientToken)
  await makeFolders(join(root, jobId))
  await using system = await openHostedSystem(join(root, jobId))
  await createJob(system.ledger, jobWith({ jobId, clientToken, state, createdAt }), never)
  return jobId
}

test('of a folder, recent jobs are listed, and all that have not ended', async () => {
  const state = await temporaryFolder()
  const now = Math.floor(Date.now() / 1_000)
  const recent = await addJob(state, 'succeeded', now)
  await addJob(state, 'failed', LONG_AGO)
  const paused = await addJob(state, 'paused', LONG_AGO)
  const { world, said } = createWorld({})
  await list({ state, days: 7, json: true }, world)
  const listed = JSON.parse(said()) as { readonly jobId: string }[]
  expect(listed.map(({ jobId }) => jobId)).toEqual([recent, paused])
})

test('a job of another version is told beside those that are listed', async () => {
  const state = await temporaryFolder()
  const now = Math.floor(Date.now() / 1_000)
  const known = await addJob(state, 'succeeded', now)
  const newer = await addJob(state, 'running', now)
  await writeFile(join(state, newer, 'version'), '7\n')
  const { world, said } = createWorld({})
  expect(await list({ state, days: 7, json: false }, world)).toBe(0)
  expect(said()).toMatch(new RegExp(`^${newer}: not listed: .* another version of Millrace`))
  expect(said()).toMatch(new RegExp(`^${known} `, 'm'))
})
