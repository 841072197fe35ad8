import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { jobIdOf } from '@millrace/job'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { makeFolders } from '../local/state-folder.ts'
import { endpointNoteIn, jobFolders } from '../system/job-folders.ts'
import { openHostedSystem } from '../system/local-system.ts'
import { temporaryFolder } from '../test-data.fixture.ts'
import { executeRun } from './execute-run.ts'
import { createHooks, recordRun, runIn } from './recorded-run.fixture.ts'

// Apps are started where a job is asked for, or a result is written again.
vi.setConfig({ testTimeout: 60_000 })
afterEach(() => void vi.unstubAllEnvs())

const RESULT = 'Prediction,Binary Classification\n0.4,0\n0.6,1\n'

test('over the result of another job, its own is written again', async () => {
  const folder = await temporaryFolder()
  const { options, prepared } = await runIn(folder)
  const job = await recordRun(prepared)
  const out = join(folder, 'out.csv')
  await writeFile(out, 'of another job\n')

  const hooks = createHooks()
  const end = await executeRun(prepared, options, hooks)
  expect(end).toMatchObject({ kind: 'ended', job: { jobId: job.jobId, state: 'succeeded' } })
  expect(hooks.notes).toEqual([expect.stringContaining('written again from what was recorded')])
  expect(await readFile(out, 'utf8')).toBe(RESULT)
  const manifest = JSON.parse(await readFile(join(folder, 'out.manifest.json'), 'utf8'))
  expect(manifest).toMatchObject({
    jobId: job.jobId,
    spec: job.spec,
    outputs: ['out.csv', 'out.report.html'].map((name) => ({
      uri: pathToFileURL(join(folder, name)).href,
    })),
  })
  const files = ['.millrace', 'out.csv', 'out.manifest.json', 'out.report.html', 'rows.csv']
  expect((await readdir(folder)).sort()).toEqual(files)

  const { ino } = await stat(out)
  const again = createHooks()
  await executeRun(prepared, options, again)
  expect(again.notes).toEqual(['this run has ended already; --fresh scores everything again'])
  expect((await stat(out)).ino).toBe(ino)
})

test('through another URL, it is not taken for the run that has ended', async () => {
  const folder = await temporaryFolder()
  const { prepared } = await runIn(folder)
  await recordRun(prepared)
  const other = await runIn(folder, { endpointUrl: 'http://127.0.0.1:10' })
  expect(other.prepared.state.jobId).not.toBe(prepared.state.jobId)
})

test('with credentials of another account, what a run has recorded is not handed over', async () => {
  const folder = await temporaryFolder()
  const { options, prepared } = await runIn(folder)
  const { jobId } = await recordRun(prepared)
  const note = { address: prepared.address, account: '111111111111' }
  await writeFile(endpointNoteIn(prepared.state.path, jobId), JSON.stringify(note))
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test')
  vi.stubEnv('AWS_ACCOUNT_ID', '222222222222')
  // Only an endpoint on this machine is asked for no credentials.
  const elsewhere = { ...prepared, endpoint: { kind: 'aws' } } as const
  await expect(executeRun(elsewhere, options, createHooks())).rejects.toMatchObject({
    message: `${jobId}: was begun in account 111111111111, and the credentials are of 222222222222`,
    hint: expect.stringContaining('--fresh'),
  })
})

test('asked for afresh while at work, a run keeps its state', async () => {
  const folder = await temporaryFolder()
  const { prepared } = await runIn(folder)
  await recordRun(prepared)
  await using _atWork = await openHostedSystem(prepared.state.path)
  const recorded = join(prepared.state.path, 'work', prepared.state.jobId)
  const fresh = await runIn(folder, { fresh: true })
  const running = executeRun(fresh.prepared, fresh.options, createHooks())
  await expect(running).rejects.toThrow('the folder is in use by another process')
  expect(existsSync(recorded)).toBe(true)
})

test('of a job that its producer refuses, tells why and leaves nothing', async () => {
  const folder = await temporaryFolder()
  const { options, prepared } = await runIn(folder)
  // A name that no spec can have: in a list it is two.
  const spec = { ...prepared.spec, endpoint: { ...prepared.spec.endpoint, name: 'churn,v3' } }
  const running = executeRun({ ...prepared, spec }, options, createHooks())
  await expect(running).rejects.toMatchObject({
    message: expect.stringMatching(/^the producer made no job of it: .*endpoint/),
    exitCode: 1,
  })
  expect(await readdir(join(folder, '.millrace'))).toEqual([])
})

test('that a disk may be too small is told to a run that begins, and to no other', async () => {
  const folder = await temporaryFolder()
  const { options, prepared } = await runIn(folder)
  const disks = [{ folder: '/data', free: 2 ** 30, needed: 2 ** 40 }]
  const spec = { ...prepared.spec, endpoint: { ...prepared.spec.endpoint, name: 'churn,v3' } }
  const begun = createHooks()
  await executeRun({ ...prepared, spec, disks }, options, begun).catch(() => {})
  expect(begun.notes).toEqual([expect.stringContaining('1,048,576 MiB will be needed')])

  await recordRun(prepared)
  const again = createHooks()
  await executeRun({ ...prepared, disks }, options, again)
  expect(again.notes).not.toContainEqual(expect.stringContaining('MiB'))
})

test('a run asked for again is the latest, with its result restored', async () => {
  const folder = await temporaryFolder()
  const { options, prepared } = await runIn(folder, { out: '-' })
  await recordRun(prepared)
  const root = dirname(prepared.state.path)
  const newer = jobIdOf('newer')
  await makeFolders(join(root, newer))
  expect(await jobFolders(root)).toEqual([newer, prepared.state.jobId])
  await executeRun(prepared, options, createHooks())
  expect(await jobFolders(root)).toEqual([prepared.state.jobId, newer])
  expect(await readFile(prepared.resultPath, 'utf8')).toBe(RESULT)
})

test.for([
  [{ state: 'running', plan: { batches: 20, rows: 1_000 } }, 'about 50 of 1,000 rows are'],
  [{ state: 'planning' }, '1 batch is'],
] as const)('continuing a job that is %j, says that %s recorded', async ([left, recorded]) => {
  const folder = await temporaryFolder()
  const { options, prepared } = await runIn(folder)
  await recordRun(prepared, undefined, left)
  const stop = new AbortController()
  const hooks = createHooks()
  const note = (text: string): void => {
    hooks.note(text)
    stop.abort()
  }
  await executeRun(prepared, options, { ...hooks, note, stop: stop.signal })
  expect(hooks.notes[0]).toBe(`continuing: ${recorded} recorded already`)
})

test('rows from before are those of the batches as they were planned', async () => {
  const folder = await temporaryFolder()
  const endpoint = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/csv' }).end('0.4\n0.6\n')
  })
  endpoint.listen(0, '127.0.0.1')
  await once(endpoint, 'listening')
  onTestFinished(() => void endpoint.close())
  const { port } = endpoint.address() as AddressInfo
  const { options, prepared } = await runIn(folder, { endpointUrl: `http://127.0.0.1:${port}` })
  await recordRun(prepared, undefined, { state: 'planning' })
  const deadline = 4_102_444_800
  const end = await executeRun({ ...prepared, deadline }, options, createHooks())
  expect(end).toMatchObject({ job: { state: 'succeeded', plan: { rows: 2 } }, rowsBefore: 2 })
  // It is set in the ledger, where the aggregator sees it.
  expect(end).toMatchObject({ job: { adjusted: { deadline } } })
})
