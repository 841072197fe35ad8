import { loadXgboostModel, startEndpoint } from '@millrace/endpoint'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type ClosableInvoke,
  createInvoke,
  type CreateInvokeOptions,
} from '../invoke/create-invoke.ts'
import { flightsEndpoint, flightsModel, testCredentials } from '../flights.fixture.ts'
import { InvocationError, type InvocationErrorCode } from '../invoke/invocation-error.ts'
import type { Invoke } from '../invoke/invocation.ts'
import { GOOD, rowsMapped, ROWS, whole } from './first-rows.fixture.ts'
import { preflight } from './preflight.ts'
import type { PreflightInput } from './preflight-input.ts'

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

const HEADER = 'month,day,dow,hour,minute,distance,origin,destination\n'

async function check(input: Partial<PreflightInput>, options: Partial<CreateInvokeOptions> = {}) {
  const invoke: ClosableInvoke = createInvoke({
    region: 'us-east-1',
    endpointUrl: endpoint.url,
    credentials: testCredentials,
    ...options,
  })
  try {
    return await preflight({ invoke }, whole({ ...GOOD, ...input }), never)
  } finally {
    await invoke.close()
  }
}

test('finds a good job ready and says how long it takes', async () => {
  const report = await check({})
  expect(report).toMatchObject({
    kind: 'ready',
    layout: 'lines',
    rowsRefused: 0,
    rowsAnswered: 20,
    bytesPerRow: ROWS.length / 20,
    latencyMs: expect.any(Number),
  })
})

test.for<[string, Partial<PreflightInput>, Partial<CreateInvokeOptions>, RegExp, true?]>([
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
    true,
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
    'another variant',
    { endpoint: { ...flightsEndpoint, variant: 'green' } },
    {},
    /flights has no such variant: check endpoint.variant \(Variant green/,
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
])('names %s in a sentence', async ([, input, options, sentence, isOfRows]) => {
  const report = await check(input, options)
  expect(report).toEqual({ kind: 'wrong', problems: [expect.stringMatching(sentence)], isOfRows })
})

const JSON_IN = { ...flightsEndpoint, contentType: 'application/json' }

test.for<[string, string, PreflightInput['endpoint'], string, RegExp]>([
  [
    'the answer of 406',
    'ModelError, container answered 406',
    flightsEndpoint,
    'Accept text/csv is not one of mine.',
    /^flights does not answer in text\/csv: set endpoint.accept; its container says: Accept/,
  ],
  [
    'the answer of another status',
    'ModelError, container answered 400',
    flightsEndpoint,
    'Accept type text/csv is not supported. Please use supported accept types: [application/json].',
    /does not answer in text\/csv: set endpoint.accept/,
  ],
  [
    'the answer as the content type',
    'ModelError, container answered 400',
    { ...JSON_IN, accept: 'application/jsonlines' },
    'Content type application/jsonlines is not supported by this framework. Please implement input_fn',
    /does not answer in application\/jsonlines: set endpoint.accept/,
  ],
  [
    'what is sent as the content type',
    'ModelError, container answered 400',
    { ...JSON_IN, accept: 'application/jsonlines' },
    'Content type application/json is not supported by this framework.',
    /does not take application\/json: check endpoint.contentType;/,
  ],
  [
    'either of two that are the same',
    'ModelError, container answered 400',
    flightsEndpoint,
    'Content type text/csv is not supported by this framework.',
    /does not take text\/csv, or does not answer in it: check endpoint.contentType and/,
  ],
])('names the setting of a type that is refused: %s', async ([, detail, spoken, words, told]) => {
  let asked = 0
  const invoke: Invoke = () => {
    asked += 1
    return Promise.reject(new InvocationError('rows_rejected', 'flights', detail, { words }))
  }
  expect(await preflight({ invoke }, whole({ ...GOOD, endpoint: spoken }), never)).toEqual({
    kind: 'wrong',
    problems: [expect.stringMatching(told)],
  })
  expect(asked).toBeLessThan(4)
})

test.for<[InvocationErrorCode, string, string?]>([
  ['rows_rejected', 'predict() does not accept type str in column 0 and/or 1'],
  ['rows_rejected', 'no data: x', 'ModelError, container answered 415'],
  ['rows_rejected', 'bad value 14153 in column v', 'ModelError, container answered 400'],
  ['model_failed', 'Unable to decode: Accept type text/csv is not what x is'],
  ['model_failed', 'invalid literal x while decoding content type text/csv'],
])('on %s that says %j of a bad row, finds the job ready', async ([code, words, detail]) => {
  const invoke: Invoke = async ({ body }) => {
    const rows = Buffer.from(body).toString().trimEnd().split('\n')
    if (rows.some((row) => row.startsWith('x'))) throw refusal(code, words, detail)
    if (rows.some((row) => row.split(',').length > 8)) throw refusal('rows_rejected', 'too many')
    return {
      body: Buffer.from('0.5\n'.repeat(rows.length)),
      contentType: 'text/csv',
      durationMs: 1,
    }
  }
  const body = Buffer.from(ROWS.toString().replace(/^\d+/, 'x'))
  expect(await preflight({ invoke }, whole({ ...GOOD, body }), never)).toMatchObject({
    kind: 'ready',
    rowsRefused: 1,
  })
})

const refusal = (
  code: InvocationErrorCode,
  words: string,
  detail = 'ModelError',
): InvocationError => new InvocationError(code, 'flights', detail, { words })

test('a model that fails for its Accept at each row says so', async () => {
  const words = 'Accept type text/csv is not supported.'
  const invoke: Invoke = () => Promise.reject(refusal('model_failed', words))
  expect(await preflight({ invoke }, whole(GOOD), never)).toEqual({
    kind: 'wrong',
    problems: [expect.stringMatching(/does not answer in text\/csv: set endpoint.accept;/)],
  })
})

test.for([';', '\t'])('finds a column that is missing among columns by %j', async (delimiter) => {
  const by = (row: string): string => row.replaceAll(',', delimiter)
  expect(await check({ delimiter, body: rowsMapped(by) })).toMatchObject({ kind: 'ready' })
  const short = rowsMapped((row) => by(row.replace(/,[^,]*$/, '')))
  expect(await check({ delimiter, body: short })).toEqual({
    kind: 'wrong',
    problems: [expect.stringMatching(/takes more columns/)],
  })
})

test('of a bad row among columns by a semicolon, blames the row', async () => {
  const rows = rowsMapped((row) => row.replaceAll(',', ';')).toString()
  const body = Buffer.from(rows.replace(/^\d+/, 'x'))
  expect(await check({ delimiter: ';', body })).toMatchObject({
    kind: 'ready',
    rowsRefused: 1,
  })
})

test('names another delimiter when the container reads commas only', async () => {
  // XGBoost's own container finds the delimiter by itself.
  const invoke = () =>
    Promise.reject(
      new InvocationError('rows_rejected', 'flights', '', { words: 'could not convert' }),
    )
  const body = rowsMapped((row) => row.replaceAll(',', ';'))
  expect(await preflight({ invoke }, whole({ ...GOOD, body }), never)).toEqual({
    kind: 'wrong',
    isOfRows: true,
    problems: [expect.stringMatching(/delimited by ";".*could not convert/)],
  })
})

test.for([
  ['lines', (rows: number) => '0.3\n'.repeat(rows), 'text/csv'],
  [
    'JSON',
    (rows: number) => JSON.stringify({ predictions: Array<number>(rows).fill(0.3) }),
    'application/json',
  ],
] as const)('one prediction short in %s is told from an answer not understood', async (told) => {
  const [, answer, contentType] = told
  const invoke: Invoke = async ({ body }) => {
    const rows = Buffer.from(body).toString().trimEnd().split('\n').length - 1
    if (rows === 0) throw new InvocationError('rows_rejected', 'flights', '', { words: 'empty' })
    return { body: Buffer.from(answer(rows)), contentType, durationMs: 1 }
  }
  expect(await preflight({ invoke }, whole(GOOD), never)).toEqual({
    kind: 'wrong',
    problems: [expect.stringMatching(/^flights answers 19 predictions to 20 rows: .* a header/)],
  })
})

test('with a bad row among the first, finds the job ready and counts it', async () => {
  const body = badRows((row) => row === 7)
  expect(await check({ body })).toMatchObject({ kind: 'ready', rowsRefused: 1 })
})

test('below a header, a bad first row is no second one', async () => {
  const body = Buffer.concat([Buffer.from(HEADER), ROWS])
  expect(await check({ body, rows: 21, hasHeader: true })).toMatchObject({
    kind: 'ready',
    rowsRefused: 1,
  })
})

test('a bad first row that ends with a CR is not taken for all of them', async () => {
  const rows = `x\n${ROWS.toString()}`.replaceAll('\n', '\r')
  const report = await check({ body: Buffer.from(rows), rows: 21 })
  expect(report).not.toMatchObject({ problems: [expect.stringContaining('looks like a header')] })
})

test('texts with a semicolon, of which one is bad, are no table that is parted by it', async () => {
  const invoke: Invoke = async ({ body }) => {
    const rows = Buffer.from(body).toString().trimEnd().split('\n')
    if (rows.some((row) => row.includes('POISON') || row.includes(',0'))) {
      throw new InvocationError('rows_rejected', 'flights', '', { words: 'no' })
    }
    return { body: Buffer.from('0.5\n'.repeat(rows.length)), contentType: '', durationMs: 1 }
  }
  const body = Buffer.from(`Good; nice\nBad; awful\nPOISON\n${'x\n'.repeat(17)}`)
  expect(await preflight({ invoke }, whole({ ...GOOD, body }), never)).toMatchObject({
    kind: 'ready',
    rowsRefused: 1,
  })
})

test('with a bad first row that is no header, finds the job ready', async () => {
  const body = badRows((row) => row === 0)
  expect(await check({ body })).toMatchObject({ kind: 'ready', rowsRefused: 1 })
})

test('with batches of one row and a bad first one, looks at the others', async () => {
  const body = badRows((row) => row < 3)
  expect(await check({ body, rowsMax: 1 })).toMatchObject({ kind: 'ready', rowsRefused: 3 })
})

test('when each row is refused, says what the container says', async () => {
  const report = await check({ body: badRows(() => true) })
  expect(report).toEqual({
    kind: 'wrong',
    isOfRows: true,
    problems: [
      expect.stringMatching(/refuses the first 20 rows, each of them.*could not convert/i),
    ],
  })
})

test('when the one row is refused, speaks of one', async () => {
  const report = await check({ body: badRows(() => true), rowsMax: 1 })
  expect(report).toMatchObject({
    kind: 'wrong',
    problems: [expect.stringMatching(/refuses the first row: check the columns/)],
  })
})

test.for([
  ['the first answer', 1],
  ['all answers to the rows together, once they were taken alone', 3],
] as const)('%s being muddled, asks again and finds the job ready', async ([, muddled]) => {
  let together = 0
  const invoke: Invoke = async ({ body }) => {
    const rows = Buffer.from(body).toString().trimEnd().split('\n')
    if ((rows[0] ?? '').split(',').length > 8) throw new InvocationError('rows_rejected', 'e', '')
    if (rows.length > 1) together += 1
    const cut = rows.length > 1 && together <= muddled ? 1 : 0
    const text = '0.5\n'.repeat(rows.length - cut)
    return { body: Buffer.from(text), contentType: 'text/csv', durationMs: 1 }
  }
  expect(await preflight({ invoke }, whole(GOOD), never)).toMatchObject({
    kind: 'ready',
    rowsAnswered: 20,
    rowsRefused: 0,
  })
  expect(together).toBe(muddled + 1)
})

test('an endpoint without room is no answer, and what else was asked is taken back', async () => {
  const left: AbortSignal[] = []
  const invoke: Invoke = async (_, signal) => {
    left.push(signal)
    if (left.length > 1) return await new Promise<never>(() => {})
    throw new InvocationError('endpoint_throttled', 'flights', '')
  }
  await expect(preflight({ invoke }, whole(GOOD), never)).rejects.toMatchObject({
    code: 'endpoint_throttled',
  })
  expect(left.map(({ aborted }) => aborted)).toEqual([true, true])
})

test('an inference component without a copy is told from one that is wrong', async () => {
  const words = 'Inference Component has no capacity to process this request.'
  const invoke: Invoke = () =>
    Promise.reject(new InvocationError('model_not_ready', 'flights', '', { words }))
  expect(await preflight({ invoke }, whole(GOOD), never)).toEqual({
    kind: 'wrong',
    problems: [
      expect.stringMatching(
        /^The model of flights is not ready; wait some minutes: .* no capacity/,
      ),
    ],
  })
})

test('a model server that has no worker for the rows says so', async () => {
  const words = 'Model "m" has no worker to serve inference request.'
  const invoke: Invoke = () => Promise.reject(refusal('worker_unavailable', words))
  expect(await preflight({ invoke }, whole(GOOD), never)).toEqual({
    kind: 'wrong',
    problems: [
      expect.stringMatching(/^No worker of the model server of flights .* log .*"m" has no worker/),
    ],
  })
})

test('an endpoint of inference components says which setting names one', async () => {
  const words =
    'Inference Component Name header is required for endpoints to which you plan to deploy them.'
  const invoke: Invoke = () =>
    Promise.reject(new InvocationError('request_refused', 'flights', '', { words }))
  expect(await preflight({ invoke }, whole(GOOD), never)).toEqual({
    kind: 'wrong',
    problems: [expect.stringMatching(/name the one to invoke as endpoint.inferenceComponent/)],
  })
})

/** The rows, of which some have a word in the place of their third number. */
function badRows(isBad: (row: number) => boolean): Buffer {
  let row = 0
  return rowsMapped((text) => {
    const fields = text.split(',')
    return (isBad(row++) ? fields.with(2, 'monday') : fields).join(',')
  })
}
