import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { ModelError } from '@aws-sdk/client-sagemaker-runtime'
import { expect, test } from 'vitest'
import { payloadOf, startFlights } from './flights.fixture.ts'
import type { EndpointOptions } from './endpoint-options.ts'
import type { FaultKind } from './faults.ts'

const rejection = (invocation: Promise<unknown>) =>
  invocation.then(
    () => expect.unreachable('the invocation succeeded'),
    (error: Error & { $metadata?: { httpStatusCode?: number } }) => error,
  )

const refusals: { fault: FaultKind; name: string; status: number }[] = [
  { fault: 'throttle', name: 'ThrottlingException', status: 400 },
  { fault: 'not_ready', name: 'ModelNotReadyException', status: 429 },
  { fault: 'no_capacity', name: 'ValidationError', status: 400 },
  { fault: 'oversize_body', name: 'ValidationError', status: 400 },
  { fault: 'unavailable', name: 'ServiceUnavailable', status: 503 },
  { fault: 'internal_failure', name: 'InternalFailure', status: 500 },
  { fault: 'dependency_failure', name: 'InternalDependencyException', status: 530 },
  { fault: 'access_denied', name: 'AccessDeniedException', status: 403 },
  { fault: 'expired_token', name: 'ExpiredTokenException', status: 403 },
]

test.for(refusals)('$fault reaches the SDK as $name with $status', async ({ fault, ...wanted }) => {
  await using served = await startFlights({ faults: { [fault]: 1 } })
  const error = await rejection(served.invoke(payloadOf(0, 1)))
  expect({ name: error.name, status: error.$metadata?.httpStatusCode }).toEqual(wanted)
  expect(served.endpoint.stats.faults).toEqual({ [fault]: 1 })
  expect(served.endpoint.stats.statuses).toEqual({ [wanted.status]: 1 })
})

const modelFailures: { fault: FaultKind; status: number }[] = [
  { fault: 'model_400', status: 400 },
  { fault: 'model_413', status: 413 },
  { fault: 'model_429', status: 429 },
  { fault: 'model_500', status: 500 },
  { fault: 'model_503', status: 503 },
  { fault: 'queue_full', status: 503 },
  { fault: 'model_timeout', status: 0 },
]

test.for(modelFailures)('$fault is a ModelError of status $status', async ({ fault, status }) => {
  await using served = await startFlights({ faults: { [fault]: 1 } })
  const error = await rejection(served.invoke(payloadOf(0, 1)))
  expect(error).toBeInstanceOf(ModelError)
  expect(error).toMatchObject({
    $metadata: { httpStatusCode: 424 },
    OriginalStatusCode: status,
    OriginalMessage: expect.stringMatching(/\w/),
    LogStreamArn: expect.stringMatching(/^arn:aws:logs:.*flights$/),
  })
})

test('a throttle says its name in the header only', async () => {
  await using served = await startFlights({ faults: { throttle: 1 } })
  const answer = await fetch(`${served.endpoint.url}/endpoints/flights/invocations`, {
    method: 'POST',
    body: payloadOf(0, 1),
    headers: { authorization: signature('AKIALOCAL'), 'content-type': 'text/csv' },
  })
  expect(answer.headers.get('x-amzn-errortype')).toBe('ThrottlingException')
  expect(await answer.text()).toBe('{"message":null}')
})

test.for([
  ['of a page elsewhere', { origin: 'https://page.example' }],
  ['of a page in a file', { origin: 'null' }],
  ['by the name of a page', { host: 'page.example' }],
  ['by a name that begins like ours', { host: '127.0.0.1.page.example' }],
] as const)('a request %s is refused', async ([, more]) => {
  await using served = await startFlights()
  const headers = { authorization: signature('AKIALOCAL'), ...more }
  const url = `${served.endpoint.url}/endpoints/flights/invocations`
  const sent = request(url, { method: 'POST', headers }).end(payloadOf(0, 1))
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  answer.resume()
  expect(answer.statusCode).toBe(403)
  expect(answer.headers['x-amzn-errortype']).toBe('AccessDeniedException')
  expect(served.endpoint.stats.rows).toBe(0)
})

test('a payload over the limit is refused with 413 and no name', async () => {
  await using served = await startFlights({ payloadBytesMax: 10 })
  const error = await rejection(served.invoke(payloadOf(0, 1)))
  expect(error.$metadata?.httpStatusCode).toBe(413)
  expect(served.endpoint.stats).toMatchObject({ rows: 0, statuses: { 413: 1 } })
})

test.for<{ title: string; options: object; message: string }>([
  { title: 'endpoint', options: { name: 'flihgts' }, message: 'Endpoint flihgts of account' },
  { title: 'variant', options: { variant: 'red' }, message: 'Variant red of endpoint flights' },
])('an unknown $title is a ValidationError', async ({ options, message }) => {
  await using served = await startFlights()
  const error = await rejection(served.invoke(payloadOf(0, 1), options))
  expect(error).toMatchObject({ name: 'ValidationError', $metadata: { httpStatusCode: 400 } })
  expect(error.message).toContain(message)
  expect(served.endpoint.stats.invocations).toBe(0)
})

test('a request signed with another access key is refused', async () => {
  await using served = await startFlights({ accessKeyId: 'AKIAMINE' })
  const error = await rejection(served.invoke(payloadOf(0, 1), { accessKeyId: 'AKIAOTHER' }))
  expect(error.name).toBe('UnrecognizedClientException')
  await served.invoke(payloadOf(0, 1), { accessKeyId: 'AKIAMINE' })
})

test('with a secret key, answers what is signed with it and refuses the rest', async () => {
  await using served = await startFlights({ secretAccessKey: 'right' })
  await served.invoke(payloadOf(0, 3), { secretAccessKey: 'right' })
  await served.invoke(payloadOf(0, 3), { secretAccessKey: 'right', sessionToken: 'token/=+' })
  await served.invoke(payloadOf(0, 3), { secretAccessKey: 'right', customAttributes: 'a  b= c' })
  const error = await rejection(served.invoke(payloadOf(0, 3), { secretAccessKey: 'wrong' }))
  expect(error).toMatchObject({
    name: 'InvalidSignatureException',
    $metadata: { httpStatusCode: 403 },
  })
})

test.for<[string, Record<string, string>, string]>([
  ['no', {}, 'MissingAuthenticationTokenException'],
  ['a made-up', { authorization: 'Bearer x' }, 'IncompleteSignatureException'],
])('a request with %s signature is refused', async ([, headers, name]) => {
  await using served = await startFlights()
  const url = `${served.endpoint.url}/endpoints/flights/invocations`
  const answer = await fetch(url, { method: 'POST', body: '1', headers })
  expect(answer.status).toBe(403)
  expect(answer.headers.get('x-amzn-errortype')).toBe(name)
})

test.for([
  ['GET', '/endpoints/flights/invocations'],
  ['POST', '/endpoints/flights/async-invocations'],
  ['POST', '/endpoints/%zz/invocations'],
] as const)('another operation, %s %s, is answered 404', async ([method, path]) => {
  await using served = await startFlights()
  expect((await fetch(`${served.endpoint.url}${path}`, { method })).status).toBe(404)
})

test.for<{ title: string; options: Partial<EndpointOptions> }>([
  { title: 'shares over one', options: { faults: { reset: 0.6, hang: 0.6 } } },
  { title: 'a negative share', options: { faults: { reset: -0.1 } } },
  { title: 'a port too high', options: { port: 65_536 } },
  { title: 'no room at all', options: { concurrencyMax: 0 } },
])('with $title, does not start', async ({ options }) => {
  await expect(startFlights(options)).rejects.toMatchObject({ code: 'option_invalid' })
})

test('on a port in use, does not start and names the port', async () => {
  await using first = await startFlights()
  const port = Number(new URL(first.endpoint.url).port)
  await expect(startFlights({ port })).rejects.toMatchObject({
    code: 'port_in_use',
    message: `listen on 127.0.0.1:${port}: the port is in use`,
  })
})

const signature = (accessKeyId: string): string =>
  `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/sagemaker/aws4_request, ` +
  `SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`
