import { expect, test } from 'vitest'
import { type AllowList, refusalOf } from './allow-list.ts'
import { jobWith } from './test-data.fixture.ts'

const allow: AllowList = {
  datasets: ['s3://data/churn/', 's3://one/table.csv', 'file:///data/'],
  results: ['s3://results/'],
  endpoints: ['churn-*', 'fraud'],
}
const request = (dataset: string, output: string, endpoint: string) => ({
  clientToken: 'token',
  spec: {
    ...jobWith().spec,
    dataset: { ...jobWith().spec.dataset, uri: dataset },
    output: { ...jobWith().spec.output, uri: output },
    endpoint: { ...jobWith().spec.endpoint, name: endpoint },
  },
})
const refusal = ({
  dataset = 's3://data/churn/a.csv',
  output = 's3://results/',
  endpoint = 'fraud',
}) => refusalOf(allow, request(dataset, output, endpoint))

test.for([
  { dataset: 's3://data/churn/2026/a.csv' },
  { dataset: 's3://data/churn/' },
  { dataset: 's3://one/table.csv' },
  { dataset: 'file:///data/a..b/.c.csv' },
  { output: 's3://results/a/b.csv' },
  { endpoint: 'churn-v3' },
  { endpoint: 'fraud' },
])('%j is allowed', (change) => {
  expect(refusal(change)).toBeUndefined()
})

test.for([
  ['a bucket with a longer name', 's3://data-secret/a.csv'],
  ['a prefix with a longer name', 's3://data/churn-secret/a.csv'],
  ['the folder without its slash', 's3://data/churn'],
  ['an object named like an allowed one', 's3://one/table.csv.bak'],
  ['another scheme', 'file:///one/table.csv'],
  ['a way up', 's3://data/churn/../secret/a.csv'],
  ['a way up at the end', 's3://data/churn/..'],
  ['a dot that stays', 'file:///data/./a.csv'],
  ['an encoded way up', 'file:///data/%2e%2E/etc/passwd'],
  ['a half encoded way up', 'file:///data/.%2e/etc/passwd'],
  ['an encoded slash', 'file:///data/..%2fetc/passwd'],
  ['backslashes, which URL readers take for slashes', 'file:///data/..\\..\\etc\\passwd'],
  ['an encoded backslash', 'file:///data/..%5cetc'],
  ['a tab, which URL readers leave out', 'file:///data/.\t./etc/passwd'],
  ['another case', 's3://data/CHURN/a.csv'],
] as const)('a dataset behind %s is refused', ([, dataset]) => {
  expect(refusal({ dataset })).toBe(`dataset ${dataset} is outside of MILLRACE_DATASETS_ALLOWED`)
})

test.for(['file:///data-2/a%5Cb.csv', 's3://two/a%2Fb.csv', 's3://two/a\\b.csv', 's3://two/../x'])(
  'the dataset %s is allowed where it is named as it stands',
  (dataset) => {
    const named = { ...allow, datasets: [dataset] }
    expect(refusalOf(named, request(dataset, 's3://results/', 'fraud'))).toBeUndefined()
    expect(refusalOf(named, request(`${dataset}2`, 's3://results/', 'fraud'))).toBeDefined()
  },
)

test.for(['s3://results-2/a.csv', 's3://data/churn/a.csv', 's3://results/../data/a.csv'])(
  'the output %s is refused',
  (output) => {
    expect(refusal({ output })).toBe(`output ${output} is outside of MILLRACE_RESULTS_ALLOWED`)
  },
)

test.for(['churn', 'fraud-v2', 'my-churn-v3', 'Churn-v3', '*'])(
  'the endpoint %s is refused',
  (endpoint) => {
    expect(refusal({ endpoint })).toContain('is outside of MILLRACE_ENDPOINTS_ALLOWED')
  },
)

test('an empty setting allows nothing', () => {
  const nothing = { datasets: [''], results: [''], endpoints: [''] }
  expect(refusalOf(nothing, request('s3://data/a.csv', 's3://results/', 'fraud'))).toContain(
    'dataset',
  )
  expect(
    refusalOf({ ...allow, endpoints: [''] }, request('s3://data/churn/', 's3://results/', 'x')),
  ).toContain('endpoint')
})
