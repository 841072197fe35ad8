import { describe, expect, test } from 'vitest'
import { readSettings, settingsSchema, tasksMaxOf } from './settings.ts'

const least = {
  endpoints: [{ name: 'churn', variant: 'AllTraffic', concurrency: 64 }],
  network: { kind: 'existing', vpcId: 'vpc-1', subnetIds: ['subnet-1'] },
}

test('endpoints and a network are all that a stack must say', () => {
  expect(readSettings(least)).toMatchObject({
    encryption: 'aws',
    architecture: 'arm64',
    protect: true,
    consumers: { tasksMax: 10, concurrency: 16, spot: true },
  })
})

test.for([
  [{ cpu: 1_024 }, 2_048],
  [{ concurrency: 16 }, 512],
  [{ concurrency: 17 }, 1_024],
  [{ concurrency: 64 }, 2_048],
  [{ cpu: 512, concurrency: 64 }, 2_048],
])('a consumer with %j has the memory that it needs, %i MiB', ([consumers, memoryMiB]) => {
  expect(readSettings({ ...least, consumers }).consumers.memoryMiB).toBe(memoryMiB)
})

const template = (change: object = {}) => ({
  prefix: '{datasets}incoming/',
  spec: { version: 1, endpoint: { name: 'churn' }, output: { uri: '{results}{name}.csv' } },
  ...change,
})

test('new objects of the own bucket, or of a dataset, can be jobs', () => {
  const datasets = [{ uri: 's3://lake/in/' }]
  const templates = [template(), template({ prefix: 's3://lake/in/churn/' })]
  expect(readSettings({ ...least, datasets, templates }).templates).toMatchObject(templates)
})

describe('a wrong setting is named with what was wanted', () => {
  test.for([
    [
      'a template of a place that nobody may read',
      { templates: [template({ prefix: 's3://lake/in/' })] },
      'templates.0.prefix',
    ],
    [
      'a template of another endpoint',
      { templates: [template({ spec: { ...template().spec, endpoint: { name: 'fraud' } } })] },
      'templates.0.spec.endpoint.name: wanted one of endpoints',
    ],
    [
      'a template of an inference component that its endpoint has not',
      {
        endpoints: [
          ...least.endpoints,
          { ...least.endpoints[0], name: 'fraud', inferenceComponents: ['fraud-1'] },
        ],
        templates: [
          template({
            spec: {
              ...template().spec,
              endpoint: { name: 'churn', inferenceComponent: 'fraud-1' },
            },
          }),
        ],
      },
      'templates.0.spec.endpoint.inferenceComponent: wanted one of the inferenceComponents of churn',
    ],
    [
      'a template whose results would be written over each other',
      {
        templates: [template({ spec: { ...template().spec, output: { uri: '{results}a.csv' } } })],
      },
      'wanted {name}',
    ],
    [
      'a template whose results lie elsewhere',
      {
        templates: [
          template({ spec: { ...template().spec, output: { uri: '{datasets}{name}' } } }),
        ],
      },
      'wanted {results}',
    ],
    [
      'a typing error in a template',
      { templates: [template({ spec: { ...template().spec, batchnig: {} } })] },
      'batchnig',
    ],
    ['endpoints', { endpoints: [] }, 'endpoints'],
    [
      'an endpoint name',
      { endpoints: [{ name: 'a b', variant: 'AllTraffic', concurrency: 1 }] },
      'endpoints.0.name',
    ],
    [
      'an endpoint without its variant',
      { endpoints: [{ name: 'a', concurrency: 64 }] },
      'endpoints.0.variant: wanted the name of its variant; to ask for it: aws sagemaker',
    ],
    ['a typing error', { endpoint: [] }, 'endpoint'],
    [
      'a tag for an image',
      { images: { producer: 'v1', consumer: 'v1', aggregator: 'v1' } },
      'sha256',
    ],
    [
      'a dataset without its slash',
      { datasets: [{ uri: 's3://bucket/in' }] },
      's3://bucket/prefix/',
    ],
    ['a wildcard in a dataset', { datasets: [{ uri: 's3://bucket/*/' }] }, 'datasets.0.uri'],
    [
      'a variant of no instance',
      {
        endpoints: [
          {
            name: 'a',
            variant: 'AllTraffic',
            concurrency: 64,
            scaling: { min: 0, max: 1, invocationsPerMinute: 1 },
          },
        ],
      },
      'endpoints.0.scaling.min',
    ],
    [
      'scaling of an inference component that is not listed',
      {
        endpoints: [
          {
            ...least.endpoints[0],
            inferenceComponents: ['a-2'],
            scaling: { inferenceComponent: 'a-1', min: 0, max: 1, invocationsPerMinute: 1 },
          },
        ],
      },
      'endpoints.0.scaling.inferenceComponent: wanted one of inferenceComponents',
    ],
    [
      'memory that Fargate has not for its CPU',
      { consumers: { cpu: 512, memoryMiB: 512 } },
      'wanted 1024, 2048, 3072, 4096 for cpu 512 and 16 at once, got 512',
    ],
    [
      'memory that is too little for what is in flight',
      { consumers: { concurrency: 40, memoryMiB: 1_024 } },
      'wanted 2048 for cpu 256 and 40 at once, got 1024',
    ],
    [
      'more in flight than its CPU can have memory for',
      { consumers: { concurrency: 65 } },
      'consumers.concurrency: 65 at once want 2080 MiB, cpu 256 has less',
    ],
    ['a share of nothing', { consumers: { share: 0 } }, 'consumers.share'],
    [
      'an alias of a key',
      {
        datasets: [
          { uri: 's3://lake/in/', kmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:alias/lake' },
        ],
      },
      'datasets.0.kmsKeyArn: wanted arn:aws:kms:REGION:ACCOUNT:key/ID',
    ],
    ['a network of no kind', { network: { kind: 'shared' } }, 'network.kind'],
    [
      'a zone without a subnet',
      { network: { kind: 'private', zones: ['eu-central-1i'] } },
      'network.zones.0: wanted a zone from a to h',
    ],
    [
      'a zone twice',
      { network: { kind: 'private', zones: ['eu-central-1a', 'eu-central-1a'] } },
      'network.zones: wanted each zone once',
    ],
    [
      'a network that is larger than a VPC',
      { network: { kind: 'public', cidr: '10.0.0.0/15', zones: ['eu-central-1a'] } },
      'network.cidr: wanted a block of /16 to /25',
    ],
    [
      'a network without room for its subnets',
      { network: { kind: 'private', cidr: '10.0.0.0/26', zones: ['eu-central-1a'] } },
      'network.cidr: wanted a block of /16 to /25',
    ],
    [
      'a tag of AWS',
      { tags: { Owner: 'us', 'AWS:owner': 'us' } },
      'tags.AWS:owner: wanted a name that does not begin with aws:',
    ],
    [
      'an endpoint twice',
      { endpoints: [...least.endpoints, { name: 'churn', variant: 'blue', concurrency: 64 }] },
      'endpoints: wanted each name once',
    ],
    [
      'more a task than an endpoint serves',
      { consumers: { cpu: 512, concurrency: 65 } },
      'serves at once',
    ],
  ] as const)('%s', ([, change, words]) => {
    expect(() => readSettings({ ...least, ...change })).toThrow(words)
  })
})

test('an inference component may have no copy at all', () => {
  const scaling = { inferenceComponent: 'a-1', min: 0, max: 1, invocationsPerMinute: 1 }
  const { endpoints } = readSettings({
    ...least,
    endpoints: [{ ...least.endpoints[0], inferenceComponents: ['a-1'], scaling }],
  })
  expect(endpoints[0]?.scaling).toEqual(scaling)
})

test('new objects may be jobs for an inference component that is listed', () => {
  const endpoints = [{ ...least.endpoints[0], inferenceComponents: ['a-1'] }]
  const endpoint = { name: 'churn', inferenceComponent: 'a-1' }
  const templates = [template({ spec: { ...template().spec, endpoint } })]
  expect(readSettings({ ...least, endpoints, templates }).templates).toMatchObject(templates)
})

test.for(['10.0.0.0/16', '10.0.0.0/25'])('a network may be %s', (cidr) => {
  const network = { kind: 'private', cidr, zones: ['eu-central-1a'] }
  expect(readSettings({ ...least, network }).network).toEqual(network)
})

test('zones are held to the region where it is known', () => {
  const network = { kind: 'public', zones: ['eu-central-1a', 'eu-west-1b'] }
  const read = (region?: string) => () => readSettings({ ...least, network }, region)
  expect(read()).not.toThrow()
  expect(read('eu-central-1')).toThrow(
    'settings.network.zones.1: wanted a zone of aws:region, such as eu-central-1a',
  )
  expect(read('eu-west-1')).toThrow('settings.network.zones.0')
})

test.for([
  [64, 100, 16, 4],
  [64, 2, 16, 2],
  [100, 100, 16, 6],
  [16, 5, 16, 1],
])('%i served, %i tasks wanted, %i a task: %i run', ([served, wanted, each, run]) => {
  const settings = settingsSchema.parse({
    ...least,
    endpoints: [
      { name: 'wide', variant: 'AllTraffic', concurrency: 1_000 },
      { name: 'narrow', variant: 'AllTraffic', concurrency: served },
    ],
    consumers: { tasksMax: wanted, concurrency: each },
  })
  expect(tasksMaxOf(settings)).toBe(run)
})
