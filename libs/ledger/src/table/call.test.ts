import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JobId } from '@millrace/job'
import { afterEach, describe, expect, test } from 'vitest'
import { classifyFailure } from './classify-failure.ts'
import { createLedgerClient, type Ledger, LedgerError, readJob } from '../index.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A table that answers each call by the next of `answers`; the last one is repeated. */
async function ledgerThat(
  ...answers: RequestListener[]
): Promise<Ledger & { calls: () => number }> {
  let calls = 0
  const server: Server = createServer((request, response) => {
    request.resume()
    const answer = answers[Math.min(calls, answers.length - 1)]
    calls += 1
    answer?.(request, response)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen({ host: '127.0.0.1', port: 0 }, resolve)
  await promise
  const client = createLedgerClient({
    region: 'us-east-1',
    endpointUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  closing.push(() => {
    client.destroy()
    server.close()
    server.closeAllConnections()
  })
  return { client, tableName: 'ledger', calls: () => calls }
}

const error =
  (name: string, status = 400): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
    const __type = `com.amazonaws.dynamodb.v20120810#${name}`
    response.end(JSON.stringify({ __type, message: 'in its own words' }))
  }
const nothing: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
  response.end('{}')
}
const reset: RequestListener = (request) => request.socket.resetAndDestroy()
const silence: RequestListener = () => {}

const jobId = 'job' as JobId
const never = new AbortController().signal

describe('a call', () => {
  test.for([
    { title: 'a throttle', fault: error('ProvisionedThroughputExceededException') },
    { title: 'an internal error', fault: error('InternalServerError', 500) },
    { title: 'a reset connection', fault: reset },
    { title: 'a failure nobody knows', fault: error('SomethingNewException') },
  ])('after $title, is repeated once and succeeds', async ({ fault }) => {
    const ledger = await ledgerThat(fault, nothing)

    expect(await readJob(ledger, jobId, never)).toBeUndefined()
    expect(ledger.calls()).toBe(2)
  })

  test.for([
    { name: 'AccessDeniedException', code: 'access_denied' },
    { name: 'ResourceNotFoundException', code: 'table_missing' },
    { name: 'ValidationException', code: 'invalid_request' },
  ])('after $name, fails at once as $code', async ({ name, code }) => {
    const ledger = await ledgerThat(error(name), nothing)

    await expect(readJob(ledger, jobId, never)).rejects.toMatchObject({ code, retryable: false })
    expect(ledger.calls()).toBe(1)
  })

  test('that is throttled for ever, gives up after six', async () => {
    const ledger = await ledgerThat(error('ThrottlingException'))

    await expect(readJob(ledger, jobId, never)).rejects.toMatchObject({
      code: 'throttled',
      retryable: true,
      message: 'read job job: throttled (in its own words)',
    })
    expect(ledger.calls()).toBe(6)
  })

  test('aborted while it waits for an answer, throws the reason', async () => {
    const stop = new AbortController()
    const ledger = await ledgerThat(() => stop.abort(new Error('drained')))

    await expect(readJob(ledger, jobId, stop.signal)).rejects.toThrow('drained')
    expect(ledger.calls()).toBe(1)
  })

  test('aborted between two calls, makes no other', async () => {
    const stop = new AbortController()
    const ledger = await ledgerThat((request, response) => {
      error('ThrottlingException')(request, response)
      response.on('finish', () => setImmediate(() => stop.abort(new Error('drained'))))
    })

    await expect(readJob(ledger, jobId, stop.signal)).rejects.toThrow('drained')
    expect(ledger.calls()).toBeLessThan(3)
  })

  test('left without an answer, is ended by our time-out and repeated', async () => {
    const ledger = await ledgerThat(silence, nothing)

    expect(await readJob(ledger, jobId, never)).toBeUndefined()
    expect(ledger.calls()).toBe(2)
  })
})

describe('classifyFailure', () => {
  const named = (name: string, facts: object = {}) =>
    Object.assign(new Error('why'), { name, ...facts })

  test.for([
    { failure: named('TimeoutError'), code: 'timed_out' },
    { failure: named('TimeoutError', { code: 'ECONNRESET' }), code: 'unavailable' },
    { failure: named('Error', { code: 'ECONNREFUSED' }), code: 'unavailable' },
    { failure: named('New', { $metadata: { httpStatusCode: 503 } }), code: 'unavailable' },
    { failure: named('New', { $metadata: { httpStatusCode: 413 } }), code: 'invalid_request' },
    { failure: named('New', { $metadata: { httpStatusCode: 400 } }), code: 'unknown' },
    { failure: named('CredentialsProviderError'), code: 'access_denied' },
    { failure: undefined, code: 'unknown' },
    { failure: 'text', code: 'unknown' },
  ])('$failure is $code', ({ failure, code }) => {
    expect(classifyFailure('read', failure)).toMatchObject({ code, cause: failure })
  })

  test('an error of ours is itself', () => {
    const ours = new LedgerError('plan_mismatch', 'seal: plan_mismatch')

    expect(classifyFailure('seal', ours)).toBe(ours)
  })

  test('says what somebody can do', () => {
    expect(classifyFailure('read', named('ResourceNotFoundException')).hint).toMatch(/region/)
  })
})
