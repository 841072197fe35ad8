import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join, resolve } from 'node:path'
import { createJob } from '@millrace/ledger'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { recordRun, runIn } from '../run/recorded-run.fixture.ts'
import { useStack } from '../system/stack.fixture.ts'
import { createWorld, jobWith, temporaryFolder } from '../test-data.fixture.ts'
import { type ExportOptions, exportJob } from './export.ts'

// An aggregator is started for it.
vi.setConfig({ testTimeout: 60_000 })

async function perform(state: string, options: Partial<ExportOptions>) {
  const { world, said } = createWorld({})
  const exitCode = await exportJob({ state, spec: {}, json: false, ...options }, world)
  return { exitCode, said: said() }
}

/** An S3 that has nothing, and remembers with which keys it was asked. */
async function startEmptyS3(): Promise<{ url: string; keys: Set<string | undefined> }> {
  const keys = new Set<string | undefined>()
  const server = createServer(({ headers }, response) => {
    keys.add(/Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1])
    response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { url: `http://127.0.0.1:${port}`, keys }
}

/** Has the chain of AWS find these, and nothing of whoever runs the tests. */
function stubAws(env: Readonly<Record<string, string | undefined>>): void {
  onTestFinished(() => void vi.unstubAllEnvs())
  const usual = { AWS_PROFILE: undefined, AWS_SESSION_TOKEN: undefined, AWS_REGION: 'eu-west-1' }
  const nowhere = { AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' }
  for (const [name, value] of Object.entries({ ...usual, ...nowhere, ...env })) {
    vi.stubEnv(name, value)
  }
}

/** A run of a table in S3, in a folder. */
async function recordRunOfS3(folder: string): Promise<string> {
  const { prepared } = await runIn(folder)
  const uri = 's3://theirs/rows.csv'
  const spec = { ...prepared.spec, dataset: { ...prepared.spec.dataset, uri } }
  await recordRun({ ...prepared, spec }, [{ uri, bytes: 8, version: 'v1' }])
  return join(folder, '.millrace')
}

test('of the latest run, another result is made of what was recorded', async () => {
  const folder = await temporaryFolder()
  const { prepared } = await runIn(folder)
  await recordRun(prepared)
  const out = join(folder, 'other.csv')
  const spec = { decision: { threshold: 0.3 } }
  const { exitCode, said } = await perform(join(folder, '.millrace'), { out, spec })
  expect(exitCode).toBe(0)
  expect(said.split('\n').slice(1, -1)).toEqual([
    `result    ${out}`,
    `report    ${join(folder, 'other.report.html')}`,
    `manifest  ${join(folder, 'other.manifest.json')}`,
  ])
  expect(await readFile(out, 'utf8')).toBe('Prediction,Binary Classification\n0.4,1\n0.6,1\n')
})

test.for([
  ['the dataset under another name', 'link.csv', /is the input itself/],
  ['a pipe', 'pipe', /is no regular file/],
  ['standard output', '-', /an export writes a file/],
  ['a name beside that of the job', 'out.parquet', /out\.manifest\.json, and the job's own/],
] as const)('over %s, an export writes nothing', async ([, name, message]) => {
  const folder = await temporaryFolder()
  const { prepared } = await runIn(folder)
  await recordRun(prepared)
  await symlink('rows.csv', join(folder, 'link.csv'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const out = name === '-' ? name : resolve(folder, name)
  const exporting = perform(join(folder, '.millrace'), { out })
  await expect(exporting).rejects.toMatchObject({
    message: expect.stringMatching(message),
    exitCode: 2,
  })
})

test('with a column that the table does not have, says so as of any wrong option', async () => {
  const folder = await temporaryFolder()
  const { prepared } = await runIn(folder)
  await recordRun(prepared)
  const out = join(folder, 'other.csv')
  const spec = { output: { join: ['height'] } }
  const exporting = perform(join(folder, '.millrace'), { out, spec })
  await expect(exporting).rejects.toMatchObject({
    message: expect.stringMatching(/^export: .*height.* \(unknown_column\)$/),
    exitCode: 2,
  })
  await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('rows in S3 are joined with the credentials of the user', async () => {
  const { url, keys } = await startEmptyS3()
  stubAws({
    ...{ AWS_ACCESS_KEY_ID: 'of-user', AWS_SECRET_ACCESS_KEY: 'secret' },
    AWS_ENDPOINT_URL_S3: url,
  })
  const state = await recordRunOfS3(await temporaryFolder())
  const exporting = perform(state, { spec: { output: { join: 'all' } } })
  await expect(exporting).rejects.toMatchObject({ message: expect.stringMatching(/^export: /) })
  expect([...keys]).toEqual(['of-user'])
})

test('credentials are asked for only where rows in S3 are read', async () => {
  stubAws({
    ...{ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
    AWS_EC2_METADATA_DISABLED: 'true',
  })
  const state = await recordRunOfS3(await temporaryFolder())
  await expect(perform(state, { spec: { output: { join: 'all' } } })).rejects.toMatchObject({
    message: expect.stringContaining('no AWS credentials were found'),
    exitCode: 2,
  })
  expect((await perform(state, {})).exitCode).toBe(0)
})

describe('of a stack', () => {
  const stack = useStack()

  test('what it will write is said before it is waited for', async () => {
    const signal = AbortSignal.timeout(60_000)
    const job = jobWith({ state: 'succeeded', plan: { batches: 0, rows: 0 } })
    await createJob(stack.system.ledger, job, signal)
    const { world, said } = createWorld(stack.env)
    const stop = new AbortController()
    const options = { job: job.jobId, region: 'us-east-1', spec: {}, json: false }
    const typed = { ...options, out: 's3://results/other.csv' }
    const exporting = exportJob(typed, { ...world, stop: stop.signal })
    exporting.catch(() => {})
    const told = 'the stack writes s3://results/other.csv, whether or not it is waited for\n'
    await expect.poll(said).toBe(told)
    stop.abort()
    await expect(exporting).rejects.toThrow()
  })
})
