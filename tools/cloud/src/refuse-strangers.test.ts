import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cloud, startCloud, withKeysInUrls } from './index.ts'

let cloud: Cloud

beforeAll(async () => {
  cloud = await startCloud({ buckets: ['data'] })
})
afterAll(async () => await cloud.close())

type Service = 'SQS' | 'DYNAMODB' | 'S3'

const credential = (service: Service, key = cloud.credentials.accessKeyId): string =>
  `${key}/20260101/us-east-1/${service.toLowerCase()}/aws4_request`
const signature = (service: Service, key?: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${credential(service, key)}, SignedHeaders=host, Signature=00`,
  'x-amz-date': '20260101T000000Z',
})

/** What each service has to do that costs it nothing. */
const calls = {
  SQS: {
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.ListQueues',
    },
    body: '{}',
  },
  DYNAMODB: {
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.ListTables',
    },
    body: '{}',
  },
  S3: { method: 'GET', path: '/data?list-type=2', headers: {}, body: '' },
} as const
const services = ['SQS', 'DYNAMODB', 'S3'] as const

interface Change {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

async function ask(service: Service, change: Change) {
  const { method, path, headers, body } = {
    ...calls[service],
    ...change,
    headers: {
      ...calls[service].headers,
      'content-length': (change.body ?? calls[service].body).length,
      ...change.headers,
    },
  }
  const { hostname, port } = new URL(cloud.env[`AWS_ENDPOINT_URL_${service}`] ?? '')
  const sent = request({ hostname, port, method, path, headers })
  sent.end(body)
  const [answer] = await once(sent, 'response')
  return { status: answer.statusCode, headers: answer.headers, text: await text(answer) }
}

test.for(services)('%s answers a request that names the key', async (service) => {
  const answer = await ask(service, { headers: signature(service) })
  expect(answer).toMatchObject({ status: 200 })
})

test.for(services)('%s answers a presigned request that names the key', async (service) => {
  const query = `X-Amz-Credential=${encodeURIComponent(credential(service))}`
  const { path } = calls[service]
  const { status } = await ask(service, { path: `${path}${path === '/' ? '?' : '&'}${query}` })
  // dynalite wants the whole query of a signature, and says so itself.
  expect(status).toBe(service === 'DYNAMODB' ? 400 : 200)
})

const strangers = {
  'without a key': () => ({}),
  'of another key': (service: Service) => ({
    headers: signature(service, `local${'0'.repeat(32)}`),
  }),
  'of a shorter key': (service: Service) => ({ headers: signature(service, 'local') }),
  'that is presigned by another key': () => ({ path: '/?X-Amz-Credential=local%2F20260101' }),
  'of a page elsewhere': (service: Service) => ({
    headers: { ...signature(service), origin: 'https://page.example' },
  }),
  'of a page in a file': (service: Service) => ({
    headers: { ...signature(service), origin: 'null' },
  }),
  'by the name of a page': (service: Service) => ({
    headers: { ...signature(service), host: 'page.example:80' },
  }),
  'by a name that begins like ours': (service: Service) => ({
    headers: { ...signature(service), host: '127.0.0.1.page.example' },
  }),
  'that asks for more rights': () => ({
    method: 'OPTIONS',
    headers: { origin: 'https://page.example', 'access-control-request-method': 'POST' },
  }),
  'with a form': (service: Service) => ({
    headers: { ...signature(service), 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=ListTopics',
  }),
} satisfies Record<string, (service: Service) => Change>

test.for(
  services.flatMap((service) => Object.keys(strangers).map((name) => [service, name] as const)),
)('%s refuses a request %s', async ([service, name]) => {
  const answer = await ask(service, strangers[name as keyof typeof strangers](service))
  expect(answer.status).toBe(403)
  expect(Object.keys(answer.headers).join()).not.toContain('access-control')
  expect(answer.text).toMatch(service === 'S3' ? /<Code>InvalidAccessKeyId</ : /UnrecognizedClient/)
})

test('each start has a key of its own', async () => {
  const other = await startCloud()
  await other.close()
  const keys = [cloud, other].map(({ credentials }) => credentials.accessKeyId)
  expect(keys[0]).toMatch(/^local[0-9a-f]{32}$/)
  expect(keys[1]).not.toBe(keys[0])
})

test('a form of a page publishes no message', async () => {
  const form = async (fields: Readonly<Record<string, string>>) => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const change = { headers: type, body: new URLSearchParams(fields).toString() }
    return (await ask('SQS', change)).status
  }
  const topic = 'arn:aws:sns:us-east-1:000000000000:t'
  const jobs = 'arn:aws:sqs:us-east-1:000000000000:millrace-jobs'
  const subscribed = { TopicArn: topic, Protocol: 'sqs', Endpoint: jobs }
  expect([
    await form({ Action: 'CreateTopic', Name: 't' }),
    await form({ Action: 'Subscribe', ...subscribed }),
    await form({ Action: 'Publish', TopicArn: topic, Message: '{}' }),
  ]).toEqual([403, 403, 403])
  const { text: received } = await ask('SQS', {
    headers: { ...signature('SQS'), 'x-amz-target': 'AmazonSQS.ReceiveMessage' },
    body: JSON.stringify({ QueueUrl: cloud.env['MILLRACE_JOBS_QUEUE_URL'] }),
  })
  expect(received).not.toContain('MessageId')
})

test('an app that calls AWS too finds the key in the URLs', () => {
  const { accessKeyId } = cloud.credentials
  const env = withKeysInUrls(cloud.env)
  for (const service of services) {
    expect(env[`AWS_ENDPOINT_URL_${service}`]).toContain(`http://${accessKeyId}:local@127.0.0.1:`)
  }
  expect(env['MILLRACE_JOBS_QUEUE_URL']).toBe(cloud.env['MILLRACE_JOBS_QUEUE_URL'])
})
