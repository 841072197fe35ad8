import { loadConfig } from '@millrace/service'
import { describe, expect, test } from 'vitest'
import { configSchema } from './config.ts'

const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  MILLRACE_LEDGER_TABLE: 'ledger',
  MILLRACE_WORK_URI: 's3://bucket/work/',
  MILLRACE_JOBS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/0/jobs',
  MILLRACE_BATCHES_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/0/batches',
  MILLRACE_COMPLETIONS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/0/completions',
  MILLRACE_DATASETS_ALLOWED: 's3://lake/in/',
  MILLRACE_RESULTS_ALLOWED: 's3://lake/out/',
  MILLRACE_ENDPOINTS_ALLOWED: 'churn',
}

const load = (change: NodeJS.ProcessEnv) =>
  loadConfig('producer', configSchema, { ...ENVIRONMENT, ...change })
const messageOf = (change: NodeJS.ProcessEnv): string => {
  try {
    load(change)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

test.for<[string, string[]]>([
  ['*', ['*']],
  ['churn-*, Fraud-v1', ['churn-*', 'Fraud-v1']],
])('endpoints %s may be invoked', ([text, names]) => {
  expect(load({ MILLRACE_ENDPOINTS_ALLOWED: text }).MILLRACE_ENDPOINTS_ALLOWED).toEqual(names)
})

describe('what can never work is refused', () => {
  const name = 'wanted a SageMaker endpoint name, or a prefix with a final *'
  const place = 'wanted s3://bucket/… or file:///…'
  test.for([
    ['MILLRACE_ENDPOINTS_ALLOWED', 'churn,,fraud', `1: ${name}, got ""`],
    ['MILLRACE_ENDPOINTS_ALLOWED', 'churn,', `1: ${name}, got ""`],
    ['MILLRACE_ENDPOINTS_ALLOWED', '*-v3', `0: ${name}, got "*-v3"`],
    ['MILLRACE_ENDPOINTS_ALLOWED', 'churn_v3', `0: ${name}, got "churn_v3"`],
    ['MILLRACE_DATASETS_ALLOWED', 's3://lake/,lake/in/', `1: ${place}, got "lake/in/"`],
    ['MILLRACE_RESULTS_ALLOWED', '*', `0: ${place}, got "*"`],
  ] as const)('%s=%s', ([variable, value, words]) => {
    expect(messageOf({ [variable]: value })).toContain(`${variable}: ${words}`)
  })
})

describe('templates that are wrong', () => {
  const refused = (templates: unknown) =>
    messageOf({ MILLRACE_TEMPLATES: JSON.stringify(templates) }).split('\n')[1]
  const template = (uri: string) => ({
    prefix: 's3://lake/in/',
    spec: { version: 1, endpoint: { name: 'churn' }, output: { uri } },
  })

  test('are told by path, each fault', () => {
    expect(refused([{ prefix: 's3://lake/in/', sufix: '.csv', spec: {} }])).toBe(
      '  MILLRACE_TEMPLATES: 0.spec.output: wanted a mapping, got nothing; 0: has no key "sufix"',
    )
  })

  test.for([
    ['s3://lake/out/a.csv', '0.spec.output.uri: wanted {name}, or each job writes over the last'],
    ['s3://lake/in/{name}', '0: output s3://lake/in/ lies below the prefix s3://lake/in/'],
  ] as const)('are told in the words of the template: %s', ([uri, words]) => {
    expect(refused([template(uri)])).toContain(`  MILLRACE_TEMPLATES: ${words}`)
  })

  test('are told where they are no JSON, or no list', () => {
    expect(messageOf({ MILLRACE_TEMPLATES: '[{' })).toContain('MILLRACE_TEMPLATES: wanted JSON (')
    expect(refused({})).toBe('  MILLRACE_TEMPLATES: wanted a list, got a mapping')
  })
})

test.for([
  ['MILLRACE_PREFLIGHT_PATIENCE_SECONDS', '1 to 3600 seconds'],
  ['MILLRACE_BATCHES_WAITING_MAX', 'from 1,000 on'],
  ['MILLRACE_RETENTION_DAYS', '1 to 3650; 0 keeps them'],
] as const)('%s that is out of its range is told the range', ([variable, range]) => {
  expect(messageOf({ [variable]: '-1' })).toContain(`${range}, got "-1"`)
})
