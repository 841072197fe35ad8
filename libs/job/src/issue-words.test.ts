import { expect, test } from 'vitest'
import { decodeJobRequest } from './job-request.ts'

const spec = {
  version: 1,
  dataset: { uri: 's3://lake/rows.csv' },
  endpoint: { name: 'churn-v3' },
  output: { uri: 's3://lake/scores.csv' },
}

/** What is said of a request of which a part is another. */
function told(change: object, ofSpec: object = {}): string {
  const request = { version: 1, clientToken: 't', spec: { ...spec, ...ofSpec }, ...change }
  try {
    decodeJobRequest(JSON.stringify(request))
  } catch (error) {
    return (error as Error).message.replace(/^job request: /, '')
  }
  return 'nothing'
}

test('what is in order has nothing said of it', () => {
  expect(told({})).toBe('nothing')
})

test.for<[string, object, object?]>([
  ['clientToken: wanted a text, got nothing', { clientToken: undefined }],
  ['clientToken: wanted at least 1 character, got ""', { clientToken: '' }],
  ['spec: wanted a mapping, got a list', { spec: [1] }],
  ['has no key "\\u001b[2J"', { '\u001b[2J': 1 }],
  ['spec.dataset: has no key "url"', {}, { dataset: { ...spec.dataset, url: '' } }],
  [
    'spec.dataset.compression: wanted auto, none, gzip or zstd, got "zip"',
    {},
    { dataset: { ...spec.dataset, compression: 'zip' } },
  ],
  ['spec.batching.rows: wanted a whole number, got 1.5', {}, { batching: { rows: 1.5 } }],
  ['spec.batching.rows: wanted at least 1, got 0', {}, { batching: { rows: 0 } }],
  [
    'spec.endpoint.name: wanted a SageMaker endpoint name, got "../admin"',
    {},
    { endpoint: { name: '../admin' } },
  ],
  [
    `spec.tolerance.failedRowsMax: wanted a number, got "${'9'.repeat(59)}…`,
    {},
    { tolerance: { failedRowsMax: '9'.repeat(99) } },
  ],
  [
    'spec.output.join: wanted none, all or a list, got 5',
    {},
    { output: { ...spec.output, join: 5 } },
  ],
  [
    'spec.output.join.1: wanted a text or a number, got true',
    {},
    { output: { ...spec.output, join: ['a', true] } },
  ],
  [
    'spec.output.join: wanted at least 1 item, got a list',
    {},
    { output: { ...spec.output, join: [] } },
  ],
  [
    'spec.decision.threshold.1: wanted a number, got "x"',
    {},
    { decision: { threshold: [1, 'x'] } },
  ],
  ...(
    [
      ['spec.dataset.features: wanted a mapping, got a list', ['a']],
      [
        'spec.dataset.features: has no key "includes"; spec.dataset.features: wanted include or exclude, got none',
        { includes: ['a'] },
      ],
      [
        'spec.dataset.features: wanted include or exclude, got both',
        { include: ['a'], exclude: [1] },
      ],
      ['spec.dataset.features: wanted include or exclude, got none', {}],
      [
        'spec.dataset.features.include.0: wanted a text or a whole number, got 1.5',
        { include: [1.5] },
      ],
    ] as const
  ).map(([words, features]): [string, object, object] => [
    words,
    {},
    { dataset: { ...spec.dataset, features } },
  ]),
  [
    'spec.endpoint: wanted a mapping, got nothing; spec.output: wanted a mapping, got nothing',
    {},
    { endpoint: undefined, output: undefined },
  ],
])('%s', ([words, change, ofSpec]) => {
  expect(told(change, ofSpec)).toBe(words)
})
