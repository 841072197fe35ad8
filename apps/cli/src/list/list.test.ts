import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Job, jobIdOf } from '@millrace/job'
import { createJob } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { makeFolders } from '../local/state-folder.ts'
import { openHostedSystem } from '../system/local-system.ts'
import { createWorld, jobWith, never, temporaryFolder } from '../test-data.fixture.ts'
import { list } from './list.ts'

const LONG_AGO = 1_000

async function addJob(root: string, facts: Pick<Job, 'state' | 'createdAt'> & Partial<Job>) {
  const clientToken = `${facts.state}-${facts.createdAt}`
  const jobId = jobIdOf(clientToken)
  await makeFolders(join(root, jobId))
  await using system = await openHostedSystem(join(root, jobId))
  await createJob(system.ledger, jobWith({ jobId, clientToken, ...facts }), never)
  return jobId
}

test('of a folder, recent jobs are listed, and all that have not ended', async () => {
  const state = await temporaryFolder()
  const now = Math.floor(Date.now() / 1_000)
  const recent = await addJob(state, { state: 'succeeded', createdAt: now })
  await addJob(state, { state: 'failed', createdAt: LONG_AGO })
  const paused = await addJob(state, { state: 'paused', createdAt: LONG_AGO })
  const { world, said } = createWorld({})
  await list({ state, days: 7, json: true }, world)
  const listed = JSON.parse(said()) as { readonly jobId: string }[]
  expect(listed.map(({ jobId }) => jobId)).toEqual([recent, paused])
})

test('a job of another version is told beside those that are listed', async () => {
  const state = await temporaryFolder()
  const now = Math.floor(Date.now() / 1_000)
  const known = await addJob(state, { state: 'succeeded', createdAt: now })
  const newer = await addJob(state, { state: 'running', createdAt: now })
  await writeFile(join(state, newer, 'version'), '7\n')
  const { world, said } = createWorld({})
  expect(await list({ state, days: 7, json: false }, world)).toBe(0)
  expect(said()).toMatch(new RegExp(`^${newer}: not listed: .* another version of Millrace`))
  expect(said()).toMatch(new RegExp(`^${known} `, 'm'))
})

test('a job that cannot be read is listed as that, and the others as ever', async () => {
  const state = await temporaryFolder()
  const { spec } = jobWith({})
  const newer = { ...spec, endpoint: Object.assign({ region: 'there' }, spec.endpoint) }
  const strange = await addJob(state, { state: 'paused', createdAt: LONG_AGO, spec: newer })
  const running = await addJob(state, { state: 'running', createdAt: LONG_AGO })
  const json = createWorld({})
  await list({ state, days: 7, json: true }, json.world)
  expect(JSON.parse(json.said())).toMatchObject([
    { jobId: running, state: 'running' },
    {
      jobId: strange,
      state: 'unreadable',
      reason: expect.stringContaining('endpoint: has no key "region"'),
    },
  ])
  const table = createWorld({})
  await list({ state, days: 7, json: false }, table.world)
  expect(table.said()).toMatch(new RegExp(`${strange} +unreadable`))
  expect(table.said()).toMatch(new RegExp(`${running} +running`))
})
