import type { JobId } from '@millrace/job'
import { expect, test } from 'vitest'
import { classifyFailure } from './classify-failure.ts'
import { createFastClient } from './client-fast.ts'
import { type Part, putPart, type TableClient } from '../index.ts'
import { type Answer, clientOf, json, refuse, scriptedTable } from '../scripted-table.fixture.ts'

/*
 * What goes wrong between the client and its table: nothing of it may look like a write that was done,
 * and a write that was done, but whose answer was lost, is found when it is repeated.
 */

const never = new AbortController().signal
const put = async (client: TableClient, signal = never) =>
  await client.send('PutItem', { TableName: 'ledger', Item: { PK: { S: 'a' } } }, signal)

async function codeOf(failing: Promise<unknown>): Promise<string> {
  const failure = await failing.then(
    () => expect.unreachable('it was taken for done'),
    (error: unknown) => error,
  )
  return classifyFailure('put', failure).code
}

const keyOf = ({ authorization = '' }): string | undefined =>
  /Credential=([^/]+)/.exec(authorization)?.[1]

test('when keys expire in mid-run, renews them and asks again', async () => {
  const { url } = await scriptedTable((response, { headers }) => {
    if (keyOf(headers) === 'AKID2') json(response, {})
    else refuse(response, 'ExpiredTokenException', { message: 'old' })
  })
  let renewals = 0
  const credentials = async () => {
    renewals += 1
    const expiration = new Date(Date.now() + 3_600_000)
    return { accessKeyId: `AKID${renewals}`, secretAccessKey: 'secret', expiration }
  }
  const client = clientOf({ endpointUrl: url, credentials })
  expect([await put(client), await put(client)]).toEqual([{}, {}])
  expect(renewals).toBe(2)
})

test('keys that expire for ever are refused after one renewal', async () => {
  const { asked, url } = await scriptedTable((response) =>
    refuse(response, 'ExpiredTokenException', { message: 'old' }),
  )
  expect(await codeOf(put(clientOf({ endpointUrl: url })))).toBe('access_denied')
  expect(asked).toHaveLength(2)
})

test('when the clock is off, follows the service’s and asks again', async () => {
  const { asked, url } = await scriptedTable((response, _, count) => {
    response.setHeader('date', new Date(Date.UTC(2026, 10, 25, 13)).toUTCString())
    if (count > 1) json(response, {})
    else refuse(response, 'InvalidSignatureException', { message: 'Signature not yet current' })
  })
  const client = clientOf({ endpointUrl: url, now: () => Date.UTC(2026, 10, 25, 12) })
  expect([await put(client), await put(client)]).toEqual([{}, {}])
  const hours = asked.map(({ headers }) => String(headers['x-amz-date']).slice(9, 11))
  expect(hours).toEqual(['12', '13', '13'])
})

const cut: Answer = (response) => {
  response.writeHead(200, { 'content-length': 100 })
  response.write('{}')
  setImmediate(() => response.destroy())
}
const cutChunks: Answer = (response) => {
  response.write('{"Attributes":{}')
  setImmediate(() => response.destroy())
}
const reset: Answer = (response) => void response.socket?.resetAndDestroy()
const flood: Answer = (response) => void response.end(Buffer.alloc(17 * 1024 * 1024, ' '))
const ill: Answer = (response) => json(response, { message: 'ill' }, 500)
const html: Answer = (response) => void response.end('<html>Sign in to this network</html>')

test.for<[string, Answer, string]>([
  ['a throttle', (to) => refuse(to, 'ThrottlingException'), 'throttled'],
  [
    'a throttled partition',
    (to) => refuse(to, 'ProvisionedThroughputExceededException'),
    'throttled',
  ],
  ['an internal error', (to) => refuse(to, 'InternalServerError'), 'unavailable'],
  ['a 500 without a name', ill, 'unavailable'],
  ['a 503 of a load balancer', (to) => json(to, '<html>busy</html>', 503), 'unavailable'],
  ['a missing table', (to) => refuse(to, 'ResourceNotFoundException'), 'table_missing'],
  ['a reset connection', reset, 'unavailable'],
  ['a body that is cut', cut, 'unavailable'],
  ['chunks that are cut', cutChunks, 'unavailable'],
  ['an empty body', (to) => void to.end(), 'unknown'],
  ['a page of a proxy', html, 'unknown'],
  ['JSON that is cut', (to) => json(to, '{"Attributes":'), 'unknown'],
  ['JSON that is no object', (to) => json(to, 'null'), 'unknown'],
  ['a body without an end', flood, 'unknown'],
])('takes %s for no write', async ([, answer, code]) => {
  const { asked, url } = await scriptedTable(answer)
  expect(await codeOf(put(clientOf({ endpointUrl: url })))).toBe(code)
  expect(asked).toHaveLength(1)
})

test.for<[string, Answer]>([
  ['no answer', () => {}],
  ['half an answer', (response) => void response.write('{')],
])('ends a call with %s by its time-out', async ([, answer]) => {
  const { url } = await scriptedTable(answer)
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' }
  const client = createFastClient({
    region: 'us-east-1',
    endpointUrl: url,
    credentials,
    socketsMax: 1,
    connectTimeoutMs: 100,
    timeoutMs: 100,
    now: Date.now,
  })
  expect(await codeOf(put(client))).toBe('timed_out')
  client.destroy()
})

test('aborted, throws the reason, and its late answer reaches no other call', async () => {
  const stop = new AbortController()
  const { url } = await scriptedTable((response, _, count) => {
    if (count > 1) return json(response, { Attributes: { a: { S: 'second' } } })
    stop.abort(new Error('drained'))
    setTimeout(() => json(response, { Attributes: { a: { S: 'late' } } }), 5)
  })
  const client = clientOf({ endpointUrl: url, socketsMax: 1 })
  await expect(put(client, stop.signal)).rejects.toThrow('drained')
  expect(await put(client)).toEqual({ Attributes: { a: { S: 'second' } } })
  await expect(put(client, AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
})

test.for<[string, Answer]>([
  ['reset', reset],
  ['cut', cut],
  ['an empty 200', (response) => void response.end()],
])('a write whose answer is %s is found when it is repeated', async ([, lose]) => {
  let stored: unknown
  const { asked, url } = await scriptedTable((response, request, count) => {
    stored ??= (JSON.parse(request.body) as { Item: unknown }).Item
    if (count === 1) return lose(response, request, count)
    refuse(response, 'ConditionalCheckFailedException', { message: 'no', Item: stored })
  })
  const ledger = { client: clientOf({ endpointUrl: url }), tableName: 'ledger' }
  const outcome = await putPart(ledger, { ...part, partitions: 1 }, noDocuments, never)
  expect(outcome).toMatchObject({ kind: 'duplicate', part })
  expect(asked).toHaveLength(2)
})

const part: Part = {
  jobId: 'job' as JobId,
  batch: 0,
  rows: { start: 0, end: 2 },
  predictions: Buffer.from('0.25\n1.0'),
  failures: [],
  inputHash: 'ab12',
  attempt: 1,
  invocations: 1,
  throttles: 0,
  durationMs: 41,
  recordedAt: 1_780_000_000,
}

const noDocuments = {
  read: async () => undefined,
  write: () => Promise.reject(new Error('nothing is spilled here')),
}
