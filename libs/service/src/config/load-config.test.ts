import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { awsSettings, endpointUrlOf } from './aws-settings.ts'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'

const schema = z.object({
  ...awsSettings,
  QUEUE_URL: z.url().describe('the URL of a queue'),
  CONCURRENCY: z.coerce.number().int().min(1).default(16).describe('a whole number from 1'),
  MODEL_TOKEN: z.string().length(32).optional(),
})
const env = { AWS_REGION: 'eu-central-1', QUEUE_URL: 'http://127.0.0.1:4566/q' }

const problemsOf = (wrong: NodeJS.ProcessEnv) => {
  try {
    loadConfig('consumer', schema, wrong)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('a configuration', () => {
  test('that is right, is parsed with its defaults', () => {
    const config = loadConfig('consumer', schema, { ...env, CONCURRENCY: '8', HOME: '/root' })
    expect(config).toEqual({ ...env, CONCURRENCY: 8 })
    expect(loadConfig('consumer', schema, env).CONCURRENCY).toBe(16)
  })

  test('with an empty variable, takes it as absent', () => {
    expect(loadConfig('consumer', schema, { ...env, CONCURRENCY: '' }).CONCURRENCY).toBe(16)
  })

  test('that is wrong, names every variable, what was wanted and what came', () => {
    const wrong = { AWS_REGION: 'Frankfurt', CONCURRENCY: '0' }
    expect(() => loadConfig('consumer', schema, wrong)).toThrow(
      new ConfigError('consumer', [
        {
          variable: 'AWS_REGION',
          wanted: 'an AWS region such as eu-central-1',
          got: '"Frankfurt"',
        },
        { variable: 'QUEUE_URL', wanted: 'the URL of a queue', got: 'nothing' },
        { variable: 'CONCURRENCY', wanted: 'a whole number from 1', got: '"0"' },
      ]),
    )
  })

  test.for(['us-gov-west-1', 'us-isob-east-1', 'cn-north-1', 'eusc-de-east-1'])(
    'takes the region %s',
    (region) => expect(problemsOf({ ...env, AWS_REGION: region })).toEqual([]),
  )

  test('without a description, says what zod wanted', () => {
    const plain = z.object({ NAME: z.string() })
    expect(() => loadConfig('cli', plain, {})).toThrow(/NAME: wanted string.*, got nothing/)
  })

  test('with several issues in one variable, reports the first', () => {
    const plain = z.object({ NAME: z.string().min(5).regex(/^\d+$/) })
    expect(() => loadConfig('cli', plain, { NAME: 'abc' })).toThrow('1 variable is wrong')
  })

  test('that is wrong, is told by code and hint', () => {
    expect(() => loadConfig('consumer', schema, {})).toThrow(
      expect.objectContaining({
        code: 'invalid_environment',
        retryable: false,
        hint: 'set AWS_REGION, QUEUE_URL in the environment',
      }),
    )
  })
})

describe('a wrong value in the error', () => {
  test.for([
    {
      what: 'a secret by name',
      value: { MODEL_TOKEN: 'hunter2' },
      shown: 'a secret of 7 characters',
    },
    {
      what: 'a URL with a password',
      value: { AWS_ENDPOINT_URL: 'ftp://me:hunter2@host/' },
      shown: '"ftp://***@host/"',
    },
    {
      what: 'a URL with a long password',
      value: { AWS_ENDPOINT_URL: `ftp://me:hunter2${'x'.repeat(300)}@host/` },
      shown: '"ftp://***@host/"',
    },
  ])('that is $what, is masked', ({ value, shown }) => {
    const [problem] = problemsOf({ ...env, ...value })
    expect(problem?.got).toBe(shown)
  })

  test('that is long, is cut', () => {
    const [problem] = problemsOf({ ...env, AWS_REGION: 'x'.repeat(5_000) })
    expect(problem?.got.length).toBeLessThan(250)
  })
})

test.for([
  { given: {}, url: undefined },
  { given: { AWS_ENDPOINT_URL: 'http://all' }, url: 'http://all' },
  {
    given: { AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_SQS: 'http://sqs' },
    url: 'http://sqs',
  },
  { given: { AWS_ENDPOINT_URL_S3: 'http://s3' }, url: undefined },
])('with $given, SQS is reached at $url', ({ given, url }) => {
  expect(endpointUrlOf(given, 'SQS')).toBe(url)
})
