import { expect, test } from 'vitest'
import { decodeBatchMessage, encodeBatchMessage } from './batch-message.ts'
import { decodeCompletionMessage, encodeCompletionMessage } from './completion-message.ts'
import { ContractError } from './contract-error.ts'
import { jobIdOf } from './job-id.ts'
import { decodeJobRequest, encodeJobRequest } from './job-request.ts'
import { jobSpecSchema } from './job-spec.ts'
import { limits } from './limits.ts'
import { exportIdOf } from './result-export.ts'

const jobId = jobIdOf('token')
const batch = {
  jobId,
  batch: 3,
  rows: { start: 300, end: 400 },
  bytes: { start: 7_100, end: 9_500 },
  object: 0,
}
const spec = jobSpecSchema.parse({
  version: 1,
  dataset: { uri: 's3://bucket/rows.csv' },
  endpoint: { name: 'churn-v3' },
  output: { uri: 's3://results/churn/' },
})

test('a batch message comes back as it was encoded', () => {
  expect(decodeBatchMessage(encodeBatchMessage(batch))).toEqual(batch)
})

test('a completion message comes back as it was encoded', () => {
  expect(decodeCompletionMessage(encodeCompletionMessage(jobId))).toEqual({ jobId })
  const exportId = exportIdOf('again')
  const message = encodeCompletionMessage(jobId, exportId)
  expect(decodeCompletionMessage(message)).toEqual({ jobId, exportId })
})

test('a job request comes back with its defaults filled in', () => {
  const request = { clientToken: 'token', spec }
  expect(decodeJobRequest(encodeJobRequest(request))).toEqual(request)
  expect(spec.batching).toEqual({ rows: 1_000, payloadBytesMax: 5_242_880 })
  expect(spec.decision).toEqual({ kind: 'binary', threshold: 0.5, probabilities: 'each' })
})

test('a byte order mark before a message is passed over, and no second one', () => {
  const request = { clientToken: 'token', spec }
  expect(decodeJobRequest(`\uFEFF${encodeJobRequest(request)}`)).toEqual(request)
  const twice = catching(() => decodeJobRequest(`\uFEFF\uFEFF${encodeJobRequest(request)}`))
  expect(twice).toMatchObject({ code: 'not_json' })
})

test.for([
  ['a request', encodeJobRequest({ clientToken: 'token', spec })],
  ['an event of S3', '{"Records":[]}'],
] as const)('%s in the envelope of SNS is refused as that', ([, Message]) => {
  const TopicArn = 'arn:aws:sns:eu-west-1:123456789012:jobs'
  const body = JSON.stringify({ Type: 'Notification', MessageId: 'm-1', TopicArn, Message })
  expect(catching(() => decodeJobRequest(body))).toMatchObject({
    code: 'invalid',
    message: expect.stringMatching(
      `^job request: .* of the SNS topic "${TopicArn}": set raw message delivery`,
    ),
  })
})

test('a request for a retry names the job and the reasons', () => {
  const named = { clientToken: 'token', spec, retryOf: { jobId, reasons: ['model_failed'] } }
  expect(decodeJobRequest(encodeJobRequest(named))).toEqual(named)
  const all = { clientToken: 'token', spec, retryOf: { jobId } }
  expect(decodeJobRequest(encodeJobRequest(all))).toEqual(all)
})

test.for([
  ['s3://data/rows.csv', 's3://data/rows.csv'],
  ['s3://data/rows.errors.csv', 's3://data/rows.csv'],
  ['s3://data/result.csv', 's3://data/'],
  ['s3://data/', 's3://data/'],
] as const)(
  'a job of %s whose result is %s is refused: it would write over its dataset',
  ([uri, out]) => {
    const files = uri.endsWith('/') ? ('per_object' as const) : ('one' as const)
    const output = { ...spec.output, uri: out, files }
    const asked = {
      clientToken: 'token',
      spec: { ...spec, dataset: { ...spec.dataset, uri }, output },
    }
    expect(() => decodeJobRequest(encodeJobRequest(asked))).toThrow(
      /^job request: spec.output.uri: .* over the dataset s3:/,
    )
    // What a ledger holds is read as it is.
    expect(() => jobSpecSchema.parse(asked.spec)).not.toThrow()
  },
)

test.for([
  's3://data/rows.errors.csv',
  's3://data/rows.report.html',
  's3://data/errors.csv',
  's3://data/Rows.Manifest.json',
] as const)('a result that is called %s is refused: another one has that beside it', (uri) => {
  const asked = { clientToken: 'token', spec: { ...spec, output: { ...spec.output, uri } } }
  expect(() => decodeJobRequest(encodeJobRequest(asked))).toThrow(
    /^job request: spec.output.uri: .* of another result are called: choose another name/,
  )
  expect(() => jobSpecSchema.parse(asked.spec)).not.toThrow()
})

test.for([
  ['clientToken', { clientToken: 't-\ud800' }],
  [
    'spec.output.uri',
    { spec: { ...spec, output: { ...spec.output, uri: 's3://data/\ud800.csv' } } },
  ],
] as const)('half a character in %s is refused', ([where, change]) => {
  const asked = { version: 1, clientToken: 'token', spec, ...change }
  expect(() => decodeJobRequest(JSON.stringify(asked))).toThrow(
    `${where}: wanted text without half`,
  )
})

test.for(['s3://data/', 's3://data/a.manifest', 'file:///data/rows.csv'])(
  'of %s no version can be asked for',
  (uri) => {
    const dataset = { uri, version: '"abc"' }
    expect(() => jobSpecSchema.parse({ ...spec, dataset })).toThrow('is that of one object in S3')
  },
)

const placed = (uri: string, out: string) => ({
  clientToken: 'token',
  spec: {
    ...spec,
    dataset: { ...spec.dataset, uri },
    output: { ...spec.output, uri: out },
  },
})

test.for([
  ['s3://data/pref/', 's3://data/pref/scores.csv'],
  ['s3://data/pref/', 's3://data/pref/out/'],
  ['s3://data/', 's3://data/scores.csv'],
  ['file:///data/', 'file:///data/out/scores.csv'],
] as const)('a job of %s whose result is %s is refused: it lies below', ([uri, out]) => {
  const asked = placed(uri, out)
  expect(() => decodeJobRequest(encodeJobRequest(asked))).toThrow(
    /^job request: spec.output.uri: .* below the dataset/,
  )
  expect(() => jobSpecSchema.parse(asked.spec)).not.toThrow()
})

test.for([
  ['s3://data/pref/', 's3://data/pref.csv'],
  ['s3://data/pref/', 's3://data/other/pref/scores.csv'],
  ['s3://data/pref', 's3://data/pref/scores.csv'],
  ['s3://data/pref/all.manifest', 's3://data/pref/scores.csv'],
] as const)('a job of %s may have its result at %s', ([uri, out]) => {
  const asked = placed(uri, out)
  expect(decodeJobRequest(encodeJobRequest(asked))).toEqual(asked)
})

const columns = (count: number) => ({
  ...spec,
  dataset: { ...spec.dataset, features: { include: Array.from({ length: count }, (_, at) => at) } },
})

test('a job request of twenty thousand columns comes back', () => {
  const request = { clientToken: 'token', spec: columns(20_000) }
  expect(decodeJobRequest(encodeJobRequest(request))).toEqual(request)
})

test('a job request that no producer takes is not made', () => {
  const encoding = () => encodeJobRequest({ clientToken: 'token', spec: columns(25_000) })
  expect(encoding).toThrow(ContractError)
  expect(encoding).toThrow(/^job request: too large \(139\d+ > 131072 bytes\): dataset.features/)
})

test('a job request that is too large with its defaults is refused: nobody could send it again', () => {
  const body = (count: number) =>
    JSON.stringify({
      version: 1,
      clientToken: 'token',
      spec: {
        version: 1,
        dataset: { uri: spec.dataset.uri, features: columns(count).dataset.features },
        endpoint: { name: spec.endpoint.name },
        output: { uri: spec.output.uri },
      },
    })
  const spare = limits.jobRequestBytesMax - body(20_000).length
  const largest = body(20_000 + Math.floor(spare / '20000,'.length))
  expect(largest.length).toBeLessThanOrEqual(limits.jobRequestBytesMax)
  const refused = catching(() => decodeJobRequest(largest))
  expect(refused).toMatchObject({ code: 'too_large' })
})

test.for([
  ['names no job', {}, /retryOf.jobId/],
  ['names a hostile job', { jobId: '../j' }, /retryOf.jobId: wanted/],
  ['has no reason in its list', { jobId, reasons: [] }, /retryOf.reasons/],
  ['has layers of its own', { jobId, layers: [jobId] }, /layers/],
] as const)('a request for a retry that %s is refused', ([, retryOf, message]) => {
  const body = JSON.stringify({ version: 1, clientToken: 't', spec, retryOf })
  expect(() => decodeJobRequest(body)).toThrow(message)
})

const encoded = (change: object): string =>
  JSON.stringify({ ...JSON.parse(encodeBatchMessage(batch)), ...change })

test.for([
  ['no JSON', 'rows 0 to 100', 'not_json', /not JSON/],
  ['an unknown version', encoded({ version: 2 }), 'unknown_version', /version 2 .* wanted 1/],
  ['no version', encoded({ version: undefined }), 'invalid', /version/],
  ['an unknown field', encoded({ bucket: 'secrets' }), 'invalid', /bucket/],
  [
    'an empty range',
    encoded({ rows: { start: 5, end: 5 } }),
    'invalid',
    /rows: wanted start < end/,
  ],
  ['a range of floats', encoded({ bytes: { start: 0.5, end: 2 } }), 'invalid', /bytes.start/],
  ['a negative row', encoded({ rows: { start: -1, end: 2 } }), 'invalid', /rows.start/],
  ['a hostile job id', encoded({ jobId: '../other' }), 'invalid', /jobId: wanted/],
  ['a list', '[]', 'invalid', /./],
  ['null', 'null', 'invalid', /./],
  ['too many bytes', ' '.repeat(limits.messageBytesMax + 1), 'too_large', /65537 > 65536 bytes/],
] as const)('a batch message with %s is refused as %s', ([, body, code, message]) => {
  const refused = catching(() => decodeBatchMessage(body))
  expect(refused).toBeInstanceOf(ContractError)
  expect(refused).toMatchObject({ code, message: expect.stringMatching(message) })
})

test('a request with a spec of an unknown version is refused as that, whatever else is wrong', () => {
  const body = JSON.stringify({
    version: 1,
    clientToken: 't',
    spec: { ...spec, version: 2, priority: 5 },
  })
  expect(catching(() => decodeJobRequest(body))).toMatchObject({
    code: 'unknown_version',
    message: 'job request: spec.version 2 is not known, wanted 1',
  })
})

test.for([null, 2, 'spec', []])('a request with a spec that is %j is invalid', (of) => {
  const body = JSON.stringify({ version: 1, clientToken: 't', spec: of })
  expect(catching(() => decodeJobRequest(body))).toMatchObject({ code: 'invalid' })
})

test.for([
  ['another scheme', { dataset: { uri: 'http://host/rows.csv' } }, /dataset.uri: wanted s3:/],
  ['a misspelt option', { batching: { row: 5 } }, /batching.*row/],
  ['an endpoint that is a path', { endpoint: { name: '../admin' } }, /endpoint.name: wanted/],
  [
    'a content type of two lines',
    { endpoint: { name: 'churn-v3', contentType: 'text/csv\r\nX-Evil: 1' } },
    /endpoint.contentType: wanted a media type/,
  ],
  [
    'an inference component that is no name',
    { endpoint: { name: 'churn-v3', inferenceComponent: 'fraud/1' } },
    /endpoint.inferenceComponent: wanted the name of one/,
  ],
  [
    'a response that nobody can read',
    { endpoint: { name: 'churn-v3', response: 'column 3' } },
    /endpoint.response: wanted auto, lines, one_line, label, csv:<column> or json:<path>/,
  ],
  ...[
    'json:[[',
    'json:]',
    'json:.',
    'json:score.',
    'json:a..b',
    'json:predictions.[].score',
    'json:[]score',
    'json:[-1]',
    'json:[first]',
    'json:[0',
  ].map(
    (response) =>
      [
        `the path ${response}`,
        { endpoint: { name: 'churn-v3', response } },
        /endpoint.response: wanted .* or json:<path>, such as json:predictions\[\].score or .*, got "json:/,
      ] as const,
  ),
  ['a batch of no rows', { batching: { rows: 0 } }, /batching.rows/],
  [
    'three labels for two classes',
    { decision: { labels: ['a', 'b', 'c'] } },
    /labels: .* 2, got 3/,
  ],
  ['a label twice', { decision: { labels: ['a', 'a'] } }, /decision.labels: wanted different/],
  ['a threshold twice', { decision: { threshold: [0.5, 0.5] } }, /decision.threshold: wanted/],
  [
    'a file for the results of many objects',
    { output: { uri: 's3://results/churn.csv', files: 'per_object' } },
    /output.uri: wanted a folder/,
  ],
  [
    'JSON lines joined in CSV',
    {
      dataset: { uri: 's3://data/x', format: 'jsonl' },
      output: { uri: 's3://results/x', join: 'all' },
    },
    /output.format: .* wanted jsonl, got csv/,
  ],
  [
    'columns of JSON lines joined',
    {
      dataset: { uri: 's3://data/x', format: 'jsonl' },
      output: { uri: 's3://results/x', join: ['id'] },
    },
    /output.join: .* as a whole/,
  ],
  ['a name that no endpoint has', { endpoint: { name: 'a b' } }, /endpoint name, got "a b"/],
  ['no row in a batch', { batching: { rows: 0 } }, /batching.rows: wanted at least 1, got 0/],
] as const)('a spec with %s is refused', ([, change, message]) => {
  const body = JSON.stringify({ version: 1, clientToken: 't', spec: { ...spec, ...change } })
  expect(() => decodeJobRequest(body)).toThrow(message)
})

function catching(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
