import { ContractError, jobTemplatesSchema, type JobTemplate } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { requestsIn } from './requests-in.ts'
import { jobWith } from './test-data.fixture.ts'

const templates: readonly JobTemplate[] = jobTemplatesSchema.parse([
  {
    prefix: 's3://lake/in/',
    spec: { version: 1, endpoint: { name: 'any' }, output: { uri: 's3://lake/out/{name}.csv' } },
  },
  {
    prefix: 's3://lake/in/churn/',
    suffix: '.csv.gz',
    spec: {
      version: 1,
      dataset: { compression: 'gzip' },
      endpoint: { name: 'churn' },
      output: { uri: 's3://lake/out/churn/{name}/' },
    },
  },
])

const record = (key: string, more: object = {}, eventName = 'ObjectCreated:Put') => ({
  eventName,
  eventVersion: '2.1',
  s3: { bucket: { name: 'lake' }, object: { key, eTag: 'abc', sequencer: '01', size: 7, ...more } },
})

const s3 = (...records: object[]): string => JSON.stringify({ Records: records })

const eventBridge = (detailType: string): string =>
  JSON.stringify({
    version: '0',
    source: 'aws.s3',
    'detail-type': detailType,
    detail: { bucket: { name: 'lake' }, object: { key: 'in/a b.csv', etag: 'x', sequencer: '9' } },
  })

/** Where the jobs of a message read and write, and what they invoke. */
const jobsIn = (body: string): string[] =>
  requestsIn(body, templates).map(({ spec: { dataset, endpoint, output } }) =>
    [dataset.uri, endpoint.name, output.uri].join(' '),
  )

describe('an event of S3', () => {
  test('asks for a job by the template with the longest prefix', () => {
    expect(jobsIn(s3(record('in/a.csv'), record('in/churn/2026/b.csv.gz')))).toEqual([
      's3://lake/in/a.csv any s3://lake/out/a.csv',
      's3://lake/in/churn/2026/b.csv.gz churn s3://lake/out/churn/2026/b/',
    ])
  })

  test('has its key decoded, as S3 encodes it', () => {
    expect(jobsIn(s3(record('in/a+b%26%C3%A9.csv')))).toEqual([
      's3://lake/in/a b&é.csv any s3://lake/out/a b&é.csv',
    ])
  })

  test('by way of EventBridge, asks for a job too', () => {
    expect(jobsIn(eventBridge('Object Created'))).toEqual([
      's3://lake/in/a b.csv any s3://lake/out/a b.csv',
    ])
  })

  test('that comes twice asks for the same job, and a new version for another', () => {
    const tokens = [record('in/a.csv'), record('in/a.csv'), record('in/a.csv', { versionId: '2' })]
      .flatMap((one) => requestsIn(s3(one), templates))
      .map(({ clientToken }) => clientToken)
    expect(tokens[1]).toBe(tokens[0])
    expect(tokens[2]).not.toBe(tokens[0])
  })

  test.for([
    ['its version', { versionId: 'v2' }, 'v2'],
    ['its ETag, where the bucket keeps no versions', { versionId: 'null' }, '"abc"'],
    ['whatever lies there, where neither is told', { eTag: undefined }, undefined],
  ] as const)('asks for %s', ([, facts, version]) => {
    const [request] = requestsIn(s3(record('in/a.csv', facts)), templates)
    expect(request?.spec.dataset.version).toBe(version)
  })

  test('of a manifest asks for what that lists, of no version', () => {
    const [request] = requestsIn(s3(record('in/churn/day.manifest')), templates)
    expect(request?.spec.dataset).toMatchObject({ uri: 's3://lake/in/churn/day.manifest' })
    expect(request?.spec.dataset).not.toHaveProperty('version')
  })

  test('of a bucket that keeps no versions, or none any more, tells uploads apart', () => {
    const first = { versionId: 'null', eTag: 'abc', sequencer: '01' }
    const uploads = [first, first, { ...first, eTag: 'def', sequencer: '02' }]
    const tokensOf = (facts: readonly object[]) =>
      facts
        .flatMap((more) => requestsIn(s3(record('in/a.csv', more)), templates))
        .map(({ clientToken }) => clientToken)
    const tokens = tokensOf(uploads)
    expect(tokens[1]).toBe(tokens[0])
    expect(tokens[2]).not.toBe(tokens[0])
    expect(tokensOf(uploads.map((facts) => ({ ...facts, versionId: null })))).toEqual(tokens)
  })

  test.for([
    ['a removal', s3(record('in/a.csv', {}, 'ObjectRemoved:Delete'))],
    ['the marker of a folder', s3(record('in/folder/'))],
    ['a removal by EventBridge', eventBridge('Object Deleted')],
    [
      'a test of the notification',
      '{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"lake"}',
    ],
  ] as const)('that is %s asks for nothing', ([, body]) => {
    expect(requestsIn(body, templates)).toEqual([])
  })

  test.for([
    ['is outside of each prefix', s3(record('elsewhere/a.csv')), 'no_template'],
    [
      'has one of several records outside of each prefix',
      s3(record('in/a.csv'), record('elsewhere/a.csv')),
      'no_template',
    ],
    ['names another bucket', s3({ ...record('in/a.csv'), s3: {} }), 'invalid'],
    ['holds no record', '{"Records":[]}', 'invalid'],
    ['names a key that no URI holds', s3(record(`in/${'x'.repeat(2_100)}`)), 'invalid'],
  ] as const)('that %s is refused', ([, body, code]) => {
    expect(() => requestsIn(body, templates)).toThrow(
      expect.objectContaining({ name: ContractError.name, code }),
    )
  })

  test('cannot say what is invoked or where the result goes', () => {
    const record1 = record('in/a.csv', { endpoint: { name: 'evil' }, output: 's3://evil/' })
    const body = JSON.stringify({ Records: [record1], spec: { endpoint: { name: 'evil' } } })
    expect(jobsIn(body)).toEqual(['s3://lake/in/a.csv any s3://lake/out/a.csv'])
  })
})

test('a job request is known by what it says, and not by what defaults make of it', () => {
  const { spec } = jobWith()
  const [said, reordered, written] = [
    {
      version: 1,
      dataset: { uri: 's3://b-k/r.csv' },
      endpoint: { name: 'a' },
      output: spec.output,
    },
    {
      output: spec.output,
      endpoint: { name: 'a' },
      dataset: { uri: 's3://b-k/r.csv' },
      version: 1,
    },
    { ...spec, dataset: { uri: 's3://b-k/r.csv' }, endpoint: { name: 'a' } },
  ].map((one) => requestsIn(JSON.stringify({ version: 1, clientToken: 't', spec: one }), []))
  expect(said?.[0]?.asked).toMatch(/^[0-9a-f]{64}$/)
  expect(reordered).toEqual(said)
  expect(written?.[0]?.spec).toEqual(said?.[0]?.spec)
  expect(written?.[0]?.asked).not.toBe(said?.[0]?.asked)
})

describe('a template', () => {
  test('gives each version of an object a result of its own, where it asks for that', () => {
    const output = { uri: 's3://lake/out/{name}/{version}.csv' }
    const [plain] = templates
    const versioned = [{ ...plain, spec: { ...plain?.spec, output } }] as readonly JobTemplate[]
    const outputs = [
      record('in/a.csv', { versionId: 'x1' }),
      record('in/a.csv', { versionId: 'x2' }),
      record('in/{version}.csv', { versionId: 'x3' }),
      record('in/b.csv', { versionId: '../other/x4' }),
      record('in/c.csv'),
    ].map((one) => requestsIn(s3(one), versioned)[0]?.spec.output.uri)
    expect(outputs).toEqual([
      's3://lake/out/a/x1.csv',
      's3://lake/out/a/x2.csv',
      's3://lake/out/{version}/x3.csv',
      's3://lake/out/b/.._other_x4.csv',
      's3://lake/out/c/abc-01.csv',
    ])
  })

  test.for([
    ['its own prefix', 's3://lake/{name}/x.csv', record('in/in/a.csv')],
    ['another prefix', 's3://lake/{name}.csv', record('in/more/b.csv')],
  ] as const)('whose object leads its result below %s asks for no job', ([, uri, one]) => {
    const output = { uri }
    const [plain] = templates
    const more = { ...plain, prefix: 's3://lake/more/' }
    const leading = jobTemplatesSchema.parse([{ ...plain, spec: { ...plain?.spec, output } }, more])
    expect(() => requestsIn(s3(one), leading)).toThrow(
      expect.objectContaining({
        code: 'invalid',
        message: expect.stringContaining('lies below the prefix s3://lake/'),
      }),
    )
    expect(requestsIn(s3(record('in/a.csv')), leading)).toHaveLength(1)
  })

  const template = (change: object) => [{ ...templates[0], ...change }]
  const spec = (output: string, more: object = {}) => ({
    spec: { version: 1, endpoint: { name: 'any' }, output: { uri: output }, ...more },
  })

  test.for([
    ['without a name in its output', spec('s3://lake/out/result.csv'), 'wanted {name}'],
    ['whose results would ask for jobs', spec('s3://lake/in/out/{name}'), 'lies below the prefix'],
    ['with a dataset of its own', spec('s3://o-o/{name}', { dataset: { uri: 's3://b/k' } }), ''],
    ['with a misspelt option', spec('s3://o-o/{name}', { endpont: {} }), 'endpont'],
    ['whose results ask by their version', spec('s3://lake/in/{version}/{name}'), 'lies below'],
    [
      'whose jobs are all to have ended by one moment',
      spec('s3://o-o/{name}', { deadline: '2026-12-01T06:00Z' }),
      'wanted a time from when an object comes',
    ],
    ['of a folder on this machine', { prefix: 'file:///in/' }, 'wanted s3://bucket/prefix'],
  ] as const)('%s is refused when the producer starts', ([, change, words]) => {
    const { success, error } = jobTemplatesSchema.safeParse(template(change))
    expect(success).toBe(false)
    expect(String(error)).toContain(words)
  })
})
