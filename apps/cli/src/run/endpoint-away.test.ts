import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadXgboostModel, startEndpoint } from '@millrace/endpoint'
import { expect, test, vi } from 'vitest'
import type { Snapshot } from '../show/screen.ts'
import { temporaryFolder } from '../test-data.fixture.ts'
import { model } from '../wrong-use/folder.fixture.ts'
import { executeRun } from './execute-run.ts'
import { createHooks, runIn } from './recorded-run.fixture.ts'

// Apps are started, and the endpoint is away for some seconds.
vi.setConfig({ testTimeout: 60_000 })

test('a run whose endpoint refuses it says why, and goes on when it answers again', async () => {
  const folder = await temporaryFolder()
  const rows = '1,2,3,4,5,6,7,8\n'.repeat(600)
  await writeFile(join(folder, 'rows.csv'), rows)
  const served = { name: 'local', model: loadXgboostModel(model), latencyMs: 20 }
  await using endpoint = await startEndpoint(served)
  const spec = { endpoint: { name: 'local' }, batching: { rows: 10 } }
  const { options, prepared } = await runIn(folder, { endpointUrl: endpoint.url, spec })
  const hooks = createHooks()
  const shown: Snapshot[] = []
  const show = (snapshot: Snapshot): void => {
    // The preflight is over then; and only once, so that it may come back.
    const isBegun = snapshot.rowsDone > 0 && !shown.some(({ rowsDone }) => rowsDone > 0)
    shown.push(snapshot)
    if (isBegun) endpoint.change({ faults: { expired_token: 1 } })
  }
  const running = executeRun(prepared, options, { ...hooks, show })
  await expect
    .poll(() => hooks.notes.join('\n'))
    .toMatch(
      /waiting for the endpoint: .*credentials_expired .*; renew the credentials \(see .*log\)/,
    )
  endpoint.change({ faults: {} })
  expect(await running).toMatchObject({ kind: 'ended', job: { state: 'succeeded' } })
  expect(hooks.notes.at(-1)).toBe('the endpoint answers again')
  expect(shown.some(({ isAway }) => isAway)).toBe(true)
})
