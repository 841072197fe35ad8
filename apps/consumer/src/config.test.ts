import { expect, test } from 'vitest'
import { configSchema } from './config.ts'

const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  MILLRACE_LEDGER_TABLE: 'ledger',
  MILLRACE_WORK_URI: 's3://bucket/work/',
  MILLRACE_BATCHES_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/0/batches',
  MILLRACE_COMPLETIONS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/0/completions',
}

test.for<[string | undefined, number | undefined]>([
  [undefined, 1],
  ['0.25', 0.25],
  ['1', 1],
  ['0', undefined],
  ['1.1', undefined],
  ['half', undefined],
])('takes MILLRACE_CONCURRENCY_SHARE=%s for %s', ([given, wanted]) => {
  const environment = { ...ENVIRONMENT, MILLRACE_CONCURRENCY_SHARE: given }
  expect(configSchema.safeParse(environment).data?.MILLRACE_CONCURRENCY_SHARE).toBe(wanted)
})
