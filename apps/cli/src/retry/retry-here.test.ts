import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { jobIdOf } from '@millrace/job'
import { createJob, createProgressMarker } from '@millrace/ledger'
import { expect, test, vi } from 'vitest'
import { holdToEndpoint } from '../local/hold-to-endpoint.ts'
import { recordRun, runIn } from '../run/recorded-run.fixture.ts'
import { openLocalSystem } from '../system/local-system.ts'
import { jobFolders } from '../system/job-folders.ts'
import { createWorld, never, temporaryFolder } from '../test-data.fixture.ts'
import { retryHere } from './retry-here.ts'
import { retryRequest } from './retry-request.ts'

// The apps are started for it.
vi.setConfig({ testTimeout: 60_000 })

const shown = { watch: false, json: false, quiet: true, rowsBefore: 2 }

test('of a retry that its producer refuses, tells why and leaves nothing', async () => {
  const folder = await temporaryFolder()
  const { options, prepared } = await runIn(folder)
  const base = await recordRun(prepared)
  const { state } = prepared
  const before = await readdir(state.path)
  await using system = await openLocalSystem(state.path)
  const { world } = createWorld({})
  const retried = retryHere(system, base, retryRequest(base, {}), { ...options, ...shown }, world)
  await expect(retried).rejects.toMatchObject({
    message: `the producer made no job of it: job ${base.jobId} has no failed row (request_refused)`,
    exitCode: 1,
  })
  expect(await jobFolders(join(state.path, '..'))).toEqual([base.jobId])
  expect(await readdir(state.path)).toEqual(before)
})

test('through another URL, a retry under way is not continued', async () => {
  const folder = await temporaryFolder()
  const { options, prepared } = await runIn(folder)
  const base = await recordRun(prepared)
  const { path } = prepared.state
  await using system = await openLocalSystem(path)
  const request = retryRequest(base, {})
  const { clientToken } = request
  const jobId = jobIdOf(clientToken)
  const retryOf = { jobId: base.jobId, layers: [base.jobId] }
  const under = { ...base, jobId, clientToken, retryOf, state: 'running' } as const
  await createJob(system.ledger, under, never)
  await createProgressMarker(system.ledger).mark(under, 0, 0, never)
  await holdToEndpoint(path, { jobId, batches: 1 }, { address: prepared.address }, '')
  const elsewhere = { ...options, ...shown, endpointUrl: 'http://127.0.0.1:10' }
  const { world } = createWorld({})
  await expect(retryHere(system, base, request, elsewhere, world)).rejects.toMatchObject({
    message: `${jobId}: was begun through http://127.0.0.1:9/, not through http://127.0.0.1:10/`,
    hint: expect.stringContaining('millrace cancel'),
  })
  expect(await jobFolders(join(path, '..'))).toEqual([base.jobId])
})
