import { describe, expect, test } from 'vitest'
import { describeIssues } from './contract-error.ts'
import { jobTemplatesSchema, requestFor } from './job-template.ts'

const template = (output: string, change: object = {}) => ({
  prefix: 's3://lake/in/',
  spec: { version: 1, endpoint: { name: 'churn-v3' }, output: { uri: output } },
  ...change,
})

/** What is said of templates that are wrong. */
function told(...templates: readonly object[]): string {
  const { error } = jobTemplatesSchema.safeParse(templates, { reportInput: true })
  return error === undefined ? 'nothing' : describeIssues(error)
}

describe('templates are refused when an app starts', () => {
  test.for([
    ['s3://lake/out/{name}.errors.csv', 'sample.errors.csv'],
    ['s3://lake/out/{name}.report.html', 'sample.report.html'],
    ['s3://lake/out/{name}/manifest.json', 'manifest.json'],
  ] as const)('whose output is %s, which no request may have', ([output, name]) => {
    expect(told(template('s3://lake/out/{name}.csv'), template(output, { suffix: '.csv' }))).toBe(
      `1: output.uri: ${name} is what the failed rows, the report or the manifest of another result are called: choose another name`,
    )
  })

  test.for(['{date}', '{Name}', '{object_name}'])('with %s in their output', (placeholder) => {
    const output = `s3://lake/out/${placeholder}/{name}-{version}.csv`
    expect(told(template(output))).toBe(
      `0.spec.output.uri: wanted {name} and {version} alone in braces, got ${placeholder}: leave it out, or write what it is to say`,
    )
  })

  test('whose output is below a prefix, which is said once', () => {
    expect(told(template('s3://lake/in/{name}'))).toBe(
      '0: output s3://lake/in/ lies below the prefix s3://lake/in/',
    )
  })

  test('of which two are for the same objects', () => {
    const other = template('s3://lake/out/{name}.csv', { suffix: '.csv' })
    const [first, same] = [template('s3://lake/a/{name}'), template('s3://lake/b/{name}')]
    expect(told(other, first, same)).toBe(
      '2: has the prefix and the suffix of template 1, which makes the jobs of all their objects: leave one of the two out, or give it another suffix',
    )
  })
})

test('templates that share a prefix or a suffix are taken', () => {
  const output = 's3://lake/out/{name}/{version}/{1}{}.csv'
  const prefix = 's3://lake/other/'
  const suffix = '.csv'
  expect(
    told(template(output), template(output, { suffix }), template(output, { prefix, suffix })),
  ).toBe('nothing')
})

test.for([
  ['day.csv', 'day'],
  ['2026/day.CSV.GZ', '2026/day'],
  ['day.ndjson.zst', 'day'],
  ['day.tab', 'day'],
  ['day.manifest', 'day'],
  ['day.zstd', 'day'],
  ['part.0001', 'part.0001'],
  ['part.0002.csv', 'part.0002'],
  ['v1.2', 'v1.2'],
  ['v1.2/day', 'v1.2/day'],
  ['csv', 'csv'],
  ['day.gz.csv', 'day.gz'],
] as const)('without a suffix %s is named %s', ([object, name]) => {
  const templates = jobTemplatesSchema.parse([template('s3://lake/out/{name}.csv')])
  const request = requestFor(templates, { uri: `s3://lake/in/${object}`, version: '1' })
  expect(request?.spec.output.uri).toBe(`s3://lake/out/${name}.csv`)
})

test('of one prefix, the template with the longer suffix makes the job', () => {
  const templates = jobTemplatesSchema.parse([
    template('s3://lake/any/{name}'),
    template('s3://lake/csv/{name}', { suffix: '.csv' }),
  ])
  const outputOf = (object: string) =>
    requestFor(templates, { uri: `s3://lake/in/${object}`, version: '1' })?.spec.output.uri
  expect(outputOf('day.csv')).toBe('s3://lake/csv/day')
  expect(outputOf('day.tsv')).toBe('s3://lake/any/day')
})
