import { loadXgboostModel, startEndpoint } from '@millrace/endpoint'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClosableInvoke, createInvoke, type CreateInvokeOptions } from './create-invoke.ts'
import { batchOf, flightsEndpoint, flightsModel, testCredentials } from './flights.fixture.ts'
import { InvocationError } from './invocation-error.ts'
import { preflight, type PreflightInput } from './preflight.ts'

const never = new AbortController().signal
let endpoint: Awaited<ReturnType<typeof startEndpoint>>

beforeAll(async () => {
  endpoint = await startEndpoint({
    name: 'flights',
    model: loadXgboostModel(flightsModel),
    accessKeyId: testCredentials.accessKeyId,
  })
})
afterAll(async () => await endpoint.close())

const ROWS = batchOf(0, 20).body
const GOOD: PreflightInput = {
  endpoint: flightsEndpoint,
  region: 'us-east-1',
  body: ROWS,
  rows: 20,
}
const HEADER = 'month,day,dow,hour,minute,distance,origin,destination\n'

async function check(input: Partial<PreflightInput>, options: Partial<CreateInvokeOptions> = {}) {
  const invoke: ClosableInvoke = createInvoke({
    region: 'us-east-1',
    endpointUrl: endpoint.url,
    credentials: testCredentials,
    ...options,
  })
  try {
    return await preflight({ invoke }, { ...GOOD, ...input }, never)
  } finally {
    await invoke.close()
  }
}

const rowsMapped = (map: (row: string) => string): Buffer =>
  Buffer.from(`${Buffer.from(ROWS).toString().trimEnd().split('\n').map(map).join('\n')}\n`)

test('finds a good job ready and says how long it takes', async () => {
  const report = await check({ rowsTotal: 1_000, concurrency: 2 })
  expect(report).toMatchObject({ kind: 'ready', layout: 'lines', estimate: { invocations: 50 } })
})

test.for<[string, Partial<PreflightInput>, Partial<CreateInvokeOptions>, RegExp]>([
  [
    'a header sent as data',
    { body: Buffer.concat([Buffer.from(HEADER), ROWS]), rows: 21 },
    {},
    /looks like a header/,
  ],
  [
    'a column too few',
    { body: rowsMapped((row) => row.slice(0, row.lastIndexOf(','))) },
    {},
    /more columns than the rows have/,
  ],
  [
    'a column too many',
    { body: rowsMapped((row) => `${row},1`) },
    {},
    /more columns than the model/,
  ],
  [
    'another content type',
    { endpoint: { ...flightsEndpoint, contentType: 'image/png' } },
    {},
    /does not take image\/png/,
  ],
  [
    'another endpoint',
    { endpoint: { ...flightsEndpoint, name: 'other' } },
    {},
    /no endpoint other in us-east-1/,
  ],
  [
    'keys without permission',
    {},
    { credentials: { accessKeyId: 'AKIDOTHER', secretAccessKey: 'x' } },
    /allow sagemaker:InvokeEndpoint/,
  ],
  ['a closed port', {}, { endpointUrl: 'http://127.0.0.1:1' }, /connection to flights failed/],
  [
    'a region of no host',
    { region: 'xx-none-1' },
    { endpointUrl: 'http://runtime.xx-none-1.invalid' },
    /check the region xx-none-1/,
  ],
  [
    'an answer with one column asked of lines',
    { endpoint: { ...flightsEndpoint, response: 'csv:3' } },
    {},
    /not understood/,
  ],
])('names %s in a sentence', async ([, input, options, sentence]) => {
  const report = await check(input, options)
  expect(report).toEqual({ kind: 'wrong', problems: [expect.stringMatching(sentence)] })
})

test('names another delimiter when the container reads commas only', async () => {
  // XGBoost's own container finds the delimiter by itself.
  const invoke = () =>
    Promise.reject(
      new InvocationError('rows_rejected', 'flights', '', { words: 'could not convert' }),
    )
  const body = rowsMapped((row) => row.replaceAll(',', ';'))
  expect(await preflight({ invoke }, { ...GOOD, body }, never)).toEqual({
    kind: 'wrong',
    problems: [expect.stringMatching(/delimited by ";"/)],
  })
})
