import { loadConfig } from '@millrace/service'
import { expect, test } from 'vitest'
import { configSchema } from './config.ts'

const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  MILLRACE_LEDGER_TABLE: 'ledger',
  MILLRACE_WORK_URI: 's3://bucket/work/',
  MILLRACE_COMPLETIONS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/0/completions',
  MILLRACE_JOBS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/0/jobs',
}
const load = (change: NodeJS.ProcessEnv) =>
  loadConfig('aggregator', configSchema, { ...ENVIRONMENT, ...change })

test.for<[string, string[]]>([
  ['', []],
  ['s3://results/,file:///', ['s3://results/', 'file:///']],
])('MILLRACE_RESULTS_ALLOWED=%s allows these places', ([text, uris]) => {
  expect(load({ MILLRACE_RESULTS_ALLOWED: text }).MILLRACE_RESULTS_ALLOWED).toEqual(uris)
})

test('a place that no result can have is refused', () => {
  expect(() => load({ MILLRACE_RESULTS_ALLOWED: 'results/' })).toThrow(
    'MILLRACE_RESULTS_ALLOWED: 0: wanted s3://bucket/… or file:///…, got "results/"',
  )
})

test('a time that is out of its range is told the range', () => {
  expect(() => load({ MILLRACE_STALLED_SECONDS: '100000' })).toThrow('1 to 86400 seconds')
})
