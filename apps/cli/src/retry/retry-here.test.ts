import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { recordRun, runIn } from '../run/recorded-run.fixture.ts'
import { openLocalSystem } from '../system/local-system.ts'
import { jobFolders } from '../system/job-folders.ts'
import { createWorld, temporaryFolder } from '../test-data.fixture.ts'
import { retryHere } from './retry-here.ts'
import { retryRequest } from './retry-request.ts'

// The apps are started for it.
vi.setConfig({ testTimeout: 60_000 })

test('of a retry that its producer refuses, tells why and leaves nothing', async () => {
  const folder = await temporaryFolder()
  const { options, prepared } = await runIn(folder)
  const base = await recordRun(prepared)
  const { state } = prepared
  const before = await readdir(state.path)
  await using system = await openLocalSystem(state.path)
  const shown = { watch: false, json: false, quiet: true, rowsBefore: 2 }
  const { world } = createWorld({})
  const retried = retryHere(system, base, retryRequest(base, {}), { ...options, ...shown }, world)
  await expect(retried).rejects.toMatchObject({
    message: `the producer made no job of it: job ${base.jobId} has no failed row (request_refused)`,
    exitCode: 1,
  })
  expect(await jobFolders(join(state.path, '..'))).toEqual([base.jobId])
  expect(await readdir(state.path)).toEqual(before)
})
