import { describe, expect, test } from 'vitest'
import { createLogger, type LogLevel } from './logger.ts'

function logging(format: 'json' | 'text' = 'json', level: LogLevel = 'info') {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const logger = createLogger({ app: 'consumer', level, format, destination })
  const last = () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, never>
  return { logger, lines, last }
}

/** An error as the AWS SDK throws it: with the request, the answer and a code on it. */
const awsError = () =>
  Object.assign(new Error('Access denied for arn:aws:iam::1:role/x'), {
    name: 'AccessDeniedException',
    code: 'access_denied',
    hint: 'check the role',
    retryable: false,
    $metadata: { httpStatusCode: 403, requestId: 'req-1', cfId: 'noise' },
    $response: { body: 'row 1,2,3' },
    input: { Body: 'row 1,2,3' },
  })

describe('a log line', () => {
  test('has app, level, time, message and facts', () => {
    const { logger, last } = logging()
    logger.info({ jobId: 'j-1', batch: 7 }, 'batch recorded')
    expect(last()).toEqual({
      app: 'consumer',
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      msg: 'batch recorded',
      jobId: 'j-1',
      batch: 7,
    })
  })

  test('below the level, is not written', () => {
    const { logger, lines } = logging('json', 'warn')
    logger.info({}, 'batch recorded')
    expect(lines).toEqual([])
  })

  test.for(['body', 'payload', 'authorization', 'secretAccessKey'])(
    'with a field %s, masks it at both depths',
    (name) => {
      const { logger, last } = logging()
      logger.info({ [name]: 'secret', request: { [name]: 'secret' } }, 'request sent')
      expect(JSON.stringify(last())).not.toContain('secret"')
    },
  )
})

describe('an error in a log line', () => {
  test('keeps name, message, code, hint and request id', () => {
    const { logger, last } = logging()
    logger.error({ error: awsError() }, 'invoke failed')
    expect(last()['error']).toMatchObject({
      name: 'AccessDeniedException',
      message: 'Access denied for arn:aws:iam::1:role/x',
      code: 'access_denied',
      hint: 'check the role',
      retryable: false,
      httpStatusCode: 403,
      requestId: 'req-1',
      stack: expect.stringContaining('logger.test.ts'),
    })
  })

  test('leaves out the request and the answer that hang on it', () => {
    const { logger, lines } = logging()
    logger.error({ error: new Error('wrapped', { cause: awsError() }) }, 'invoke failed')
    expect(lines.join('')).toContain('AccessDeniedException')
    expect(lines.join('')).not.toContain('row 1,2,3')
  })

  test.for([
    'https://user:hunter2@host/path',
    'https://s3/k?X-Amz-Signature=hunter2&x=1',
    'authorization: AWS4-HMAC-SHA256 Credential=hunter2',
    'Bearer hunter2',
  ])('with a credential as in %s, masks it', (text) => {
    const { logger, lines } = logging()
    logger.error({ error: new Error(`request to ${text}`) }, 'request failed')
    expect(lines.join('')).not.toContain('hunter2')
  })

  test('whose causes are a circle, ends', () => {
    const error = new Error('a')
    error.cause = new Error('b', { cause: error })
    const { logger, lines } = logging()
    logger.error({ error }, 'failed')
    expect(lines[0]?.length).toBeLessThan(20_000)
  })

  test('that is many in one, shows the first five', () => {
    const { logger, last } = logging()
    const errors = Array.from({ length: 9 }, (_, index) => new Error(`no ${index}`))
    logger.error({ error: new AggregateError(errors, 'all failed') }, 'failed')
    expect(last()['error']).toHaveProperty('errors.length', 5)
  })

  test('that is long, is cut', () => {
    const { logger, lines } = logging()
    logger.error({ error: new Error('x'.repeat(100_000)) }, 'failed')
    expect(lines[0]?.length).toBeLessThan(6_000)
  })

  test('that is no error, is shown as text', () => {
    const { logger, last } = logging()
    logger.error({ error: 'thrown text' }, 'failed')
    expect(last()['error']).toEqual({ name: 'string', message: 'thrown text' })
  })
})

describe('a line for people', () => {
  test('is time, level, message and facts', () => {
    const { logger, lines } = logging('text')
    logger.warn({ batch: 7, reason: 'too large', ms: 1.5 }, 'batch released')
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d WARN {2}batch released batch=7 reason="too large" ms=1.5\n$/,
    )
  })

  test('shows an error by name and message', () => {
    const { logger, lines } = logging('text')
    logger.error({ error: new TypeError('not a function') }, 'handler failed')
    expect(lines[0]).toContain('error="TypeError: not a function"')
  })
})
