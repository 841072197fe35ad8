import { describe, expect, test } from 'vitest'
import { listOthers, readOthers } from './dataset-access.ts'
import { resourcesOf } from './endpoints.ts'
import { graphOf, STACKS } from './graph/graph.ts'
import { evaluate } from './iam/evaluate.ts'
import { rolePolicy } from './iam/permissions.ts'
import type { StatementJson } from './iam/policy-json.ts'
import { refuseLongPolicies, UNSETTLED_MAX } from './policy-size.ts'
import { readSettings } from './settings.ts'

const settingsWith = (change: object) =>
  readSettings({
    endpoints: [{ name: 'churn', variant: 'AllTraffic', concurrency: 64 }],
    network: { kind: 'existing', vpcId: 'vpc-1', subnetIds: ['subnet-1'] },
    ...change,
  })
const many = <T>(count: number, each: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => each(index))

const account = '123456789012'
const { datasets } = settingsWith({
  datasets: [
    { uri: 's3://lake/a/' },
    { uri: 's3://theirs/b/', account: '210987654321' },
    { uri: 's3://lake/c/' },
    { uri: 's3://whole/' },
    { uri: 's3://whole/d/' },
  ],
})
const statements = [...readOthers(datasets, account), ...listOthers(datasets, account)]
const policy = {
  Version: '2012-10-17',
  Statement: statements.map((it) => ({ Effect: 'Allow', ...it }) as StatementJson),
}

test('places of one bucket share a statement, and those of one owner', () => {
  expect(statements.map(({ Sid }) => Sid)).toEqual([
    'ReadDatasets1',
    'ReadDatasets2',
    'ListDatasets1',
    'ListDatasets2',
    'ListDatasets3',
  ])
})

test.for<[bucket: string, prefix: string | undefined, owner: string, kind: string]>([
  ['lake', 'a/', account, 'allowed'],
  ['lake', 'c/x', account, 'allowed'],
  ['lake', 'b/', account, 'not_allowed'],
  ['lake', undefined, account, 'not_allowed'],
  ['theirs', 'b/', '210987654321', 'allowed'],
  ['theirs', 'b/', account, 'not_allowed'],
  ['whole', undefined, account, 'allowed'],
])('listing %s by %s of %s is %s', ([bucket, prefix, owner, kind]) => {
  const context = {
    'aws:ResourceAccount': owner,
    ...(prefix === undefined ? {} : { 's3:prefix': prefix }),
  }
  const request = { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context }
  expect(evaluate([policy], [], request).kind).toBe(kind)
})

test('as many datasets as the settings take fit when they lie in one bucket', () => {
  const datasets = many(50, (index) => ({ uri: `s3://lake/tables/of-team-${index}/` }))
  expect(() => refuseLongPolicies(settingsWith({ datasets }))).not.toThrow()
})

test.for([
  [
    'datasets',
    { datasets: many(30, (index) => ({ uri: `s3://bucket-${index}/exports/of/a/team/` })) },
  ],
  [
    'inference components',
    {
      endpoints: [
        {
          name: 'churn',
          variant: 'AllTraffic',
          concurrency: 64,
          inferenceComponents: many(60, (index) => `Component-of-a-team-${index}`),
        },
      ],
    },
  ],
])('more %s than a policy has room for are refused', ([, change]) => {
  expect(() => refuseLongPolicies(settingsWith(change as object))).toThrow(
    /room for 7,000 characters of datasets and endpoints, these take [\d,]+ and [\d,]+/,
  )
})

describe.for(STACKS)('in the %s stack', (stack) => {
  test.for(['producer', 'consumer', 'aggregator'])(
    'what no setting makes longer has room in the policy of the %s',
    (app) => {
      const { Statement } = rolePolicy(graphOf(stack), app)
      const fixed = Statement.filter(({ Sid = '' }) => !/\w+Datasets\d|Decrypt|^Invoke$/.test(Sid))
      const text = JSON.stringify({ Version: '2012-10-17', Statement: fixed })
      // The longest name of a stack for which its buckets still have names, and the random end.
      const longer = text.replaceAll(`-${stack}-`, `-${'s'.repeat(35)}-123456-`)
      expect(longer.length).toBeLessThan(UNSETTLED_MAX)
    },
  )
})

test('each spelling of an endpoint counts', () => {
  const { endpoints } = settingsWith({
    endpoints: [{ name: 'Fraud', variant: 'AllTraffic', concurrency: 64 }],
  })
  expect(resourcesOf(endpoints)).toEqual(['endpoint/Fraud', 'endpoint/fraud'])
})
