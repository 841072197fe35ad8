import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { createWorld, temporaryFolder } from '../test-data.fixture.ts'
import { estimate } from './estimate.ts'
import type { EstimateOptions } from './estimate-options.ts'

const rows = (count: number): string =>
  Array.from({ length: count }, (_, row) => `${row},2\n`).join('')

/** An endpoint of two columns that answers each row with a half, and remembers what it was sent. */
async function startHalves() {
  const asked: number[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const lines = Buffer.concat(chunks).toString().trimEnd().split('\n')
      asked.push(lines.length)
      if (lines[0]?.split(',').length === 2) response.end('0.5\n'.repeat(lines.length))
      else response.writeHead(424, REFUSED).end(REFUSAL)
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}
const REFUSED = { 'x-amzn-errortype': 'ModelError', 'content-type': 'application/json' }
const REFUSAL = JSON.stringify({ OriginalStatusCode: 400, OriginalMessage: 'columns' })

async function said(options: Partial<EstimateOptions>, input: string): Promise<string> {
  const { world, said: texts } = createWorld({})
  const usual = { probe: true, localLatency: 0, concurrency: 16, consumers: 2, data: '-' }
  const spec = { endpoint: { name: 'halves' }, batching: { rows: 100 } }
  const stdin = Readable.from([Buffer.from(input)])
  await estimate({ spec, json: true, ...usual, ...options }, { ...world, stdin })
  return texts()
}
const estimateOf = async (options: Partial<EstimateOptions>, input: string) =>
  JSON.parse(await said(options, input))

test('with a deadline, it says whether that can be kept, and with how much at once', async () => {
  const spec = { endpoint: { name: 'halves' }, batching: { rows: 1 }, deadline: '1m' }
  const slow = { probe: false, latency: 10_000, spec }
  // 1,600 invocations of ten seconds, 16 at once.
  const text = await said({ ...slow, json: false }, rows(1_600))
  expect(text).toMatch(/^Of its deadline: late by 16 min: in time at 26[789] at once, if the /m)
  const { seconds, secondsLeft } = await estimateOf(slow, rows(1_600))
  expect([seconds, Math.round(secondsLeft)]).toEqual([1_000, 60])
})

test('plan and probe make the estimate', async () => {
  const { url, asked } = await startHalves()
  const estimated = await estimateOf({ endpointUrl: url }, rows(1_000))
  expect(estimated).toMatchObject({
    rows: 1_000,
    batches: 10,
    messages: 10,
    probe: { kind: 'probed', rows: 100, rowBytesOut: 4, part: { writeUnits: 1 } },
    usage: { invocations: 10, endpointBytesOut: 4_000 },
    bill: { region: 'us-east-1' },
  })
  expect(asked.filter((count) => count === 100)).toEqual([100])
})

test.for(['auto', 'present'] as const)(
  '%s: behind a header alone, rows are tried',
  async (header) => {
    const { url, asked } = await startHalves()
    const data = await temporaryFolder()
    await writeFile(join(data, 'a.csv'), 'id,30d_spend\n')
    await writeFile(join(data, 'b.csv'), `id,30d_spend\n${rows(1_000)}`)
    const usual = { endpoint: { name: 'halves' }, batching: { rows: 100 } }
    const spec = { ...usual, dataset: { csv: { header } } }
    expect(await estimateOf({ endpointUrl: url, data, spec }, '')).toMatchObject({ rows: 1_000 })
    expect(asked.filter((count) => count === 100)).toEqual([100])
  },
)

test('without a probe, time is that of the latency', async () => {
  const estimated = await estimateOf({ probe: false, latency: 500, concurrency: 2 }, rows(1_000))
  expect(estimated).toMatchObject({ seconds: 2.5, probe: { kind: 'assumed', latencyMs: 500 } })
})

test('without a probe, predictions are as large as XGBoost’s', async () => {
  const spec = { batching: { rows: 1_000 } }
  const { probe } = await estimateOf({ probe: false, spec }, rows(2_000))
  expect(probe.part).toMatchObject({ writeUnits: 5 })
})

test('each figure is shown with what it is from', async () => {
  const text = await said({ probe: false, json: false }, rows(1_000))
  expect(text).toMatch(/^rows +1,000 +the plan$/m)
  expect(text).toMatch(/^endpoint data +5\.9 KB in, /m)
  expect(text).toMatch(/^SQS requests +\d+ +\$0\.0000\d+ +how many batches end at once$/m)
  expect(text).toContain('us-east-1, read on 20')
})

test('instances have a price for the time of the job', async () => {
  const instance = { type: 'ml.m5.xlarge', count: 2 }
  const options = { probe: false, latency: 60_000, concurrency: 1, instance }
  expect((await estimateOf(options, rows(1_000))).instances).toEqual({
    ...instance,
    dollars: 0.076667,
  })
})

test('an own list of prices comes before the built-in one', async () => {
  const file = join(await temporaryFolder(), 'prices.yaml')
  const free = '{ vcpuHour: 0, gbHour: 0 }'
  await writeFile(
    file,
    `version: 1
readOn: 2026-02-03
regions:
  us-east-1:
    sqs: { millionRequests: 0, millionFairRequests: 0 }
    dynamodb: { millionWriteUnits: 1000000, millionReadUnits: 0 }
    s3: { thousandWrites: 0, thousandReads: 0 }
    fargate: { arm: ${free}, x86: ${free}, spotShare: 1 }
    sagemaker: { gigabyteIn: 0, gigabyteOut: 0, instanceHour: {} }
`,
  )
  const { usage, bill } = await estimateOf({ probe: false, prices: file }, rows(1_000))
  expect(bill).toMatchObject({ total: usage.writeUnits, readOn: '2026-02-03' })
})

test.for<[string, string, RegExp]>([
  ['no list', 'just: text\n', /prices\.yaml: version: /],
  ['no YAML', 'a: [\n', /prices\.yaml: is no YAML: /],
])('%s of prices is told in a sentence', async ([, text, message]) => {
  const file = join(await temporaryFolder(), 'prices.yaml')
  await writeFile(file, text)
  await expect(said({ probe: false, prices: file }, rows(10))).rejects.toThrow(message)
})

test('rows that the endpoint does not take end it with code 1', async () => {
  const { url } = await startHalves()
  const wide = rows(1_000).replaceAll(',2', ',2,3')
  await expect(said({ endpointUrl: url }, wide)).rejects.toMatchObject({
    exitCode: 1,
    name: 'CliError',
  })
})

test.for<[string, string, object, string]>([
  ['a column of the name of one that is added', 'a,Prediction\n', { join: 'all' }, 'Two columns'],
  ['a column to join that is not there', 'a,b\n', { join: ['c'] }, 'no column "c"'],
])('%s ends it as it would end a job', async ([, header, output, words]) => {
  const { url } = await startHalves()
  const spec = {
    endpoint: { name: 'halves' },
    dataset: { csv: { header: 'present' } },
    output: { format: 'jsonl', ...output },
  } as const
  await expect(said({ endpointUrl: url, spec }, header + rows(100))).rejects.toThrow(words)
})

test('without an endpoint, says what is wanted', async () => {
  await expect(said({ spec: {} }, rows(10))).rejects.toThrow(/--endpoint NAME, or --no-probe/)
})
