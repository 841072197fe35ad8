import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type Cloud, startCloud } from '@millrace/cloud'
import { type Endpoint, loadXgboostModel, startEndpoint } from '@millrace/endpoint'
import { publish } from '@millrace/queue'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { connectSystem } from '../system/connect-system.ts'
import { startSilentSts } from '../local/silent-sts.fixture.ts'
import { createWorld, temporaryFolder } from '../test-data.fixture.ts'
import { doctor } from './doctor.ts'
import type { NamedFinding } from './finding.ts'
import type { DoctorOptions } from './doctor-options.ts'
import { startStandIn } from './stand-in.fixture.ts'

const MODEL = join(import.meta.dirname, '../../../../examples/flights/model.json')
const FLIGHT = '6,5,1,1439,1,4,88,75'

let cloud: Cloud
let endpoint: Endpoint
beforeAll(async () => {
  cloud = await startCloud({ buckets: ['results'] })
  endpoint = await startEndpoint({ name: 'flights', model: loadXgboostModel(MODEL) })
})
afterAll(async () => {
  await cloud.close()
  await endpoint.close()
})
beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(AWS|MILLRACE)_/.test(name)) vi.stubEnv(name, undefined)
  }
  // Nothing outside of this machine is asked for keys.
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
})

/** A proxy that leads all that asks it there. */
async function startProxyTo(url: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    const upstream = connect(Number(port), hostname)
    sockets.push(socket, upstream)
    socket.once('data', (first) => {
      // Who asks a proxy names the whole URL; the endpoint takes requests by no name but its own.
      const request = String(first).replace(/^(\S+) http:\/\/[^/]+/, '$1 ')
      upstream.write(request.replace(/^host: .*$/im, `host: ${hostname}:${port}`))
      socket.pipe(upstream).pipe(socket)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What the doctor finds where this is the environment, by what was looked at. */
async function findings(
  env: Readonly<Record<string, string | undefined>>,
  options: Partial<DoctorOptions> = {},
) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const { world, said } = createWorld(env)
  const exitCode = await doctor({ spec: {}, json: true, ...options }, world)
  const { verdict, checks } = JSON.parse(said()) as { verdict: string; checks: NamedFinding[] }
  const named = Object.fromEntries(checks.map(({ check, ...finding }) => [check, finding]))
  return { exitCode, verdict, named, said: said() }
}

const stack = (): Record<string, string> => ({
  ...cloud.env,
  MILLRACE_WORK_URI: 's3://results/work/',
  AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: endpoint.url,
})

test('on a stack that is whole, nothing fails', async () => {
  const probe = { spec: { endpoint: { name: 'flights' } }, probe: FLIGHT }
  const { exitCode, verdict, named } = await findings(stack(), probe)
  expect(named).toMatchObject({
    'jobs queue': { kind: 'ok', found: '0 waiting, 0 in flight, 0 set aside' },
    'batches queue': { kind: 'ok' },
    'completions queue': { kind: 'ok' },
    table: { kind: 'ok', found: 'millrace-ledger: 0 jobs have not ended' },
    work: { kind: 'ok', found: 's3://results/work/' },
    endpoint: { kind: 'ok' },
    probe: { kind: 'ok', found: expect.stringMatching(/^0\.\d+ by AllTraffic, in \d+ ms$/) },
  })
  expect([verdict, exitCode]).toEqual(['ok', 0])
})

test.for<[string, Record<string, string | undefined>, string, string, string]>([
  [
    'a wrong table',
    { MILLRACE_LEDGER_TABLE: 'ledger' },
    'table',
    'table_missing',
    'compare the name of the table',
  ],
  [
    'a queue that is not there',
    { MILLRACE_JOBS_QUEUE_URL: 'http://127.0.0.1:1/000000000000/none' },
    'jobs queue',
    'queue_not_found',
    'compare the URL',
  ],
  [
    'a variable that is not set',
    { MILLRACE_BATCHES_DLQ_URL: undefined },
    'batches queue',
    'MILLRACE_BATCHES_DLQ_URL is not set',
    'set the environment',
  ],
  [
    'a refused connection to the queues',
    { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9' },
    'jobs queue',
    'ECONNREFUSED',
    'check the network',
  ],
  [
    'a refused connection to the table',
    { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' },
    'table',
    'ECONNREFUSED',
    'check the network',
  ],
  [
    'a bucket that is not there',
    { MILLRACE_WORK_URI: 's3://nowhere/work/' },
    'work',
    'bucket_missing',
    'compare the bucket',
  ],
  [
    'an endpoint that does not listen',
    { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: 'http://127.0.0.1:9' },
    'endpoint',
    'does not answer (ECONNREFUSED)',
    'start it',
  ],
  [
    'queues in another region',
    { MILLRACE_JOBS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/jobs' },
    'region',
    'us-east-1, but the queues are in eu-west-1',
    'pass --region eu-west-1',
  ],
])('%s is found, with what to do', async ([, change, check, found, hint]) => {
  const { named, exitCode } = await findings({ ...stack(), ...change })
  expect(named[check]).toEqual({
    kind: 'failed',
    found: expect.stringContaining(found),
    hint: expect.stringContaining(hint),
  })
  expect(exitCode).toBe(1)
})

test('messages that were set aside are a warning, and fail nothing', async () => {
  await using system = connectSystem('deployed', cloud.env)
  const signal = AbortSignal.timeout(5_000)
  await publish(system.deadLetters('completions'), [{ body: '{}' }], signal)
  const { named, verdict, exitCode } = await findings(stack())
  expect(named['completions queue']).toEqual({
    kind: 'warning',
    found: '0 waiting, 0 in flight, 1 set aside',
    hint: 'millrace dlq list --queue completions shows why',
  })
  expect([verdict, exitCode]).toEqual(['warning', 0])
})

const KEYS = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'very-secret-key',
}

test('keys are told by whose they are, and no secret is shown', async () => {
  const arn = 'arn:aws:iam::000000000000:root'
  await using standIn = await startStandIn({ arn })
  const { named, said } = await findings({ ...KEYS, AWS_ENDPOINT_URL_STS: standIn.url })
  expect(named['credentials']).toEqual({ kind: 'ok', found: arn })
  expect(named['clock']).toEqual({ kind: 'ok', found: "as the service's" })
  expect(said).not.toContain('very-secret-key')
})

test('expired credentials are found for each service', async () => {
  await using standIn = await startStandIn({ error: 'ExpiredTokenException' })
  const { named } = await findings({
    ...stack(),
    ...KEYS,
    AWS_ENDPOINT_URL_STS: standIn.url,
    AWS_ENDPOINT_URL_SQS: standIn.url,
    AWS_ENDPOINT_URL_DYNAMODB: standIn.url,
    MILLRACE_JOBS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/jobs',
  })
  expect(named['credentials']).toMatchObject({
    kind: 'failed',
    hint: expect.stringContaining('sign in again'),
  })
  expect(named['jobs queue']).toMatchObject({ kind: 'failed' })
  expect(named['table']).toMatchObject({
    kind: 'failed',
    hint: expect.stringContaining('sign in again'),
  })
})

test('a queue that may not be looked at is a warning', async () => {
  await using standIn = await startStandIn({ error: 'AccessDeniedException' })
  const { named } = await findings({ ...stack(), AWS_ENDPOINT_URL_SQS: standIn.url })
  expect(named['jobs queue']).toMatchObject({
    kind: 'warning',
    hint: 'allow sqs:GetQueueAttributes on the jobs queue and its dead-letter queue',
  })
})

test('a table that may be read and not changed is a warning', async () => {
  await using standIn = await startStandIn({
    error: 'AccessDeniedException',
    refused: /UpdateItem/,
    answer: { Items: [], Count: 0 },
  })
  const { named } = await findings({ ...stack(), AWS_ENDPOINT_URL_DYNAMODB: standIn.url })
  expect(named['table']).toEqual({
    kind: 'warning',
    found: 'millrace-ledger: 0 jobs have not ended, and none may be changed',
    hint: 'allow dynamodb:UpdateItem on the table to pause, resume, cancel and adjust jobs',
  })
})

test('no credentials fail where AWS is wanted, and warn where it is not', async () => {
  const wanted = await findings({ AWS_REGION: 'eu-west-1' }, { spec: { endpoint: { name: 'x' } } })
  expect(wanted.named['credentials']).toMatchObject({ kind: 'failed' })
  expect(wanted.named['endpoint']).toMatchObject({ kind: 'skipped' })
  const { named } = await findings({ AWS_REGION: 'eu-west-1' })
  expect(named['credentials']).toMatchObject({ kind: 'warning' })
})

test('while nobody answers the look for credentials, the doctor can be stopped', async () => {
  const { asked, env } = await startSilentSts()
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const stop = new AbortController()
  const { world } = createWorld(env)
  const looking = doctor({ spec: {}, json: false }, { ...world, stop: stop.signal })
  await asked
  stop.abort(new Error('stopped'))
  await expect(looking).rejects.toThrow('stopped')
})

test.for([
  [20 * 60, 'failed', / min \d+ s behind the service's/],
  [-60, 'warning', / min \d+ s ahead of the service's/],
] as const)('a clock that is %i s off the service is %s', async ([seconds, kind, found]) => {
  await using standIn = await startStandIn({ error: 'InvalidClientTokenId', clockSeconds: seconds })
  const { named } = await findings({ ...KEYS, AWS_ENDPOINT_URL_STS: standIn.url })
  expect(named['clock']).toMatchObject({ kind, found: expect.stringMatching(found) })
  expect(named['credentials']).toMatchObject({ kind: 'failed' })
})

test.for([
  [
    {
      EndpointStatus: 'InService',
      ProductionVariants: [{ VariantName: 'blue', CurrentInstanceCount: 2 }],
    },
    'ok',
    'x: in service, blue × 2',
  ],
  [{ EndpointStatus: 'Updating' }, 'warning', 'x: Updating'],
  [{ EndpointStatus: 'Creating' }, 'failed', 'x: Creating'],
  [{ EndpointStatus: 'Failed', FailureReason: 'no image' }, 'failed', 'x: Failed (no image)'],
] as const)('an endpoint described as %j is %s', async ([described, kind, found]) => {
  await using standIn = await startStandIn({ answer: { EndpointName: 'x', ...described } })
  const env = {
    ...KEYS,
    AWS_ENDPOINT_URL_SAGEMAKER: standIn.url,
    AWS_ENDPOINT_URL_STS: standIn.url,
  }
  const { named } = await findings(env, { spec: { endpoint: { name: 'x' } } })
  expect(named['endpoint']).toMatchObject({ kind, found })
})

test.for([
  [
    'ValidationException',
    'Could not find endpoint "x".',
    'failed',
    'there is no such endpoint in eu-west-1',
  ],
  ['AccessDeniedException', 'not authorized', 'warning', 'may not be described'],
] as const)('of a refusal %s (%s), an endpoint is %s', async ([error, message, kind, found]) => {
  await using standIn = await startStandIn({ error, message })
  const env = {
    ...KEYS,
    AWS_ENDPOINT_URL_SAGEMAKER: standIn.url,
    AWS_ENDPOINT_URL_STS: standIn.url,
  }
  const { named } = await findings(env, { spec: { endpoint: { name: 'x' } } })
  expect(named['endpoint']).toMatchObject({ kind, found: `x: ${found}` })
})

test('what a spec names is looked at', async () => {
  const folder = await temporaryFolder()
  const rows = join(folder, 'rows.csv')
  const file = join(folder, 'millrace.yaml')
  await writeFile(rows, '1,2\n')
  await writeFile(
    file,
    `dataset: { uri: ${rows} }\nendpoint: { name: flights }\noutput: { uri: ${folder}/none/out.csv }\n`,
  )
  const { named } = await findings({}, { file, endpointUrl: endpoint.url, state: folder })
  expect(named).toMatchObject({
    dataset: { kind: 'ok', found: expect.stringContaining('1 object, 4 bytes') },
    result: { kind: 'failed', found: `${folder}/none: does not exist` },
    endpoint: { kind: 'ok' },
  })
})

test('a probe that the model refuses is told in its words', async () => {
  const { named } = await findings(stack(), {
    spec: { endpoint: { name: 'flights' } },
    probe: 'a,b',
  })
  expect(named['probe']).toMatchObject({ kind: 'failed', found: expect.stringMatching(/flights/) })
})

test('an endpoint that only a proxy reaches is probed through that', async () => {
  const proxy = await startProxyTo(endpoint.url)
  const url = 'http://endpoint.invalid'
  const env = { ...KEYS, HTTP_PROXY: proxy, HTTPS_PROXY: proxy, AWS_ENDPOINT_URL: url }
  const asked = { spec: { endpoint: { name: 'flights' } }, probe: FLIGHT }
  const { named } = await findings(env, { ...asked, endpointUrl: url })
  expect(named).toMatchObject({
    probe: { kind: 'ok', found: expect.stringMatching(/^0\.\d+ by AllTraffic/) },
    endpoint: {
      kind: 'warning',
      found: `${url}: does not answer without the proxy (ENOTFOUND)`,
      hint: expect.stringContaining('--probe ROW'),
    },
    credentials: { kind: 'warning', hint: 'it is asked without the proxy that is set' },
  })
  const described = await findings(env, { spec: asked.spec })
  expect(described.named['endpoint']).toMatchObject({
    kind: 'warning',
    found: 'describe flights: does not answer without the proxy (ENOTFOUND)',
  })
})

test('people get a line a check, what to do beneath it, and a verdict', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'file'), '')
  const { world, said } = createWorld({})
  const options = { spec: {}, json: false, state: join(folder, 'file/state'), region: 'eu-west-1' }
  expect(await doctor(options, world)).toBe(1)
  expect(said()).toMatch(/^ok +node +\d+\.\d+\.\d+$/m)
  expect(said()).toMatch(/^failed +state folder +.*file: is a file, wanted a folder\n +→ choose/m)
  expect(said()).toMatch(/\n\nthis machine: 1 failed, 1 warning\n$/)
})

test('a probe without an endpoint is wrong use', async () => {
  const { world } = createWorld({})
  await expect(doctor({ spec: {}, json: false, probe: '1' }, world)).rejects.toThrow(
    '--probe wanted an endpoint',
  )
})
