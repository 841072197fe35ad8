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
    expect(() => loadConfig('cli', plain, {})).toThrow('NAME: wanted a text, got nothing')
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
    expect(problem).toHaveProperty('got', shown)
  })

  test('that is long, is cut', () => {
    const [problem] = problemsOf({ ...env, AWS_REGION: 'x'.repeat(5_000) })
    expect(JSON.stringify(problem).length).toBeLessThan(200)
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

describe('what is wrong within a value', () => {
  const parts = z.object({
    PARTS: z
      .string()
      .transform((text): unknown => JSON.parse(text))
      .pipe(
        z.array(
          z.strictObject({
            uri: z.string().startsWith('s3://', 'wanted s3://…'),
            rows: z.int().optional(),
          }),
        ),
      )
      .describe('parts as JSON'),
  })
  const faultsOf = (value: unknown) => {
    try {
      loadConfig('producer', parts, { PARTS: JSON.stringify(value) })
    } catch (error) {
      return (error as Error).message.split('\n').slice(1)
    }
    return []
  }

  test('is told by its path, each fault, and not the whole value', () => {
    const lines = faultsOf([{ url: 's3://b/' }, { uri: 's3://b/', rows: 'ten' }])
    expect(lines).toEqual([
      '  PARTS: 0.uri: wanted a text, got nothing; 0: has no key "url"; 1.rows: wanted a number, got "ten"',
    ])
  })

  test('is told of the first five faults', () => {
    const [line = ''] = faultsOf(Array.from({ length: 9 }, () => ({})))
    expect(line).toContain('; 4.uri: wanted a text, got nothing; and 4 more')
    expect(line).not.toContain('5.uri')
  })

  test.for(['https://me:hunter2@host/', `https://me:hunter2${'x'.repeat(300)}@host/`])(
    'is masked where it is %s',
    (uri) => {
      expect(faultsOf([{ uri }])).toEqual([
        '  PARTS: 0.uri: wanted s3://…, got "https://***@host/"',
      ])
    },
  )

  test('is not shown of a secret', () => {
    const secret = z.object({ API_TOKEN: parts.shape.PARTS })
    const value = JSON.stringify([{ uri: 'hunter2' }])
    expect(() => loadConfig('producer', secret, { API_TOKEN: value })).toThrow(
      `API_TOKEN: wanted parts as JSON, got a secret of ${value.length} characters`,
    )
  })

  test('is cut where it is long', () => {
    const [line = ''] = faultsOf([{ uri: 'x'.repeat(5_000) }])
    expect(line.length).toBeLessThan(150)
  })

  test('is not in the cause, which is logged', () => {
    const uri = 'hunter2'
    const error = (() => {
      try {
        return loadConfig('producer', parts, { PARTS: JSON.stringify([{ uri }]) })
      } catch (thrown) {
        return (thrown as Error).cause
      }
    })()
    expect((error as Error).message).not.toContain(uri)
  })
})
