import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type JobEvent, jobEventSchema, jobIdOf } from '@millrace/job'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createEventSinks, type EventSinks } from './event-sinks.ts'

/** A service that keeps what it is asked and gives the answers it was told to. */
let server: Server
let url: string
let asked: string[]
let answers: { status: number; body: string }[]
const opened: EventSinks[] = []
const signal = AbortSignal.timeout(60_000)

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
  asked = []
  answers = []
  server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      asked.push(Buffer.concat(pieces).toString())
      const { status, body } = answers.shift() ?? { status: 500, body: '{}' }
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const sinks of opened.splice(0)) sinks.close()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

const event = jobEventSchema.parse({
  version: 1,
  id: 'j-1:ended',
  kind: 'ended',
  jobId: jobIdOf('one'),
  clientToken: 'one',
  state: 'succeeded',
  endpoint: 'churn',
  dataset: 's3://data/rows.csv',
  result: 's3://results/rows.csv',
  createdAt: 1_000,
  endedAt: 2_000,
}) as JobEvent

function open(settings: object): EventSinks {
  const sinks = createEventSinks({
    region: 'us-east-1',
    eventBridgeUrl: url,
    snsUrl: url,
    ...settings,
  })
  opened.push(sinks)
  return sinks
}
const tell = (settings: object): Promise<void[]> =>
  Promise.all(open(settings).sinks.map((sink) => sink.tell(event, signal)))
const taken = { status: 200, body: '{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}' }
const published = {
  status: 200,
  body: '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
}
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:jobs'

test('a bus gets the event with source, type and time', async () => {
  answers = [taken]
  await tell({ bus: 'millrace' })
  const { Entries } = JSON.parse(asked[0] ?? '') as { Entries: Record<string, string>[] }

  expect(Entries).toMatchObject([
    {
      EventBusName: 'millrace',
      Source: 'millrace',
      DetailType: 'Millrace Job State Change',
      Time: 2_000,
    },
  ])
  expect(JSON.parse(Entries[0]?.['Detail'] ?? '')).toEqual(event)
})

test('a topic gets the event with what its policies filter by', async () => {
  answers = [published]
  await tell({ topicArn: TOPIC })
  const form = new URLSearchParams(asked[0])

  expect(form.get('TopicArn')).toBe(TOPIC)
  expect(JSON.parse(form.get('Message') ?? '')).toEqual(event)
  expect(asked[0]).toContain('MessageAttributes')
})

test('when a bus is told again, it is asked again', async () => {
  answers = [taken, taken]
  const [bus] = open({ bus: 'millrace' }).sinks
  await bus?.tell(event, signal)
  await bus?.tell(event, signal)
  expect(asked).toHaveLength(2)
})

test('bus and topic are told each for itself; without, nobody wants to hear', () => {
  const named = (settings: object) => open(settings).sinks.map(({ name }) => name)
  expect(named({ bus: 'millrace', topicArn: TOPIC })).toEqual(['bus', 'topic'])
  expect(named({})).toEqual([])
})

test.for([
  ['an entry refused with HTTP 200', 200, entry('ThrottlingException'), 'throttled', true],
  ['an entry without a permission', 200, entry('AccessDeniedException'), 'access_denied', false],
  ['an entry of an unknown kind', 200, entry('NewTrouble'), 'unknown', true],
  [
    'a bus that is not there',
    400,
    '{"__type":"ResourceNotFoundException"}',
    'target_missing',
    false,
  ],
  ['a detail that it cannot read', 200, entry('MalformedDetail'), 'invalid_request', false],
  ['a bus that is ill', 200, entry('InternalFailure'), 'unavailable', true],
] as const)('%s is told as such', async ([, status, body, code, retryable]) => {
  answers = [{ status, body }]
  const telling = tell({ bus: 'millrace' })
  await expect(telling).rejects.toMatchObject({ name: 'EventError', code, retryable })
})

test('a bus that does not answer in time is told as such', async () => {
  server.removeAllListeners('request')
  const telling = tell({ bus: 'millrace', requestTimeoutMs: 20 })
  await expect(telling).rejects.toMatchObject({ code: 'timed_out', retryable: true })
})

test('a job at risk wakes nobody who waits for its start or end', async () => {
  answers = [taken, published]
  const atRisk: JobEvent = { ...event, id: 'j-1:at_risk', kind: 'at_risk', state: 'running' }
  const { sinks } = open({ bus: 'millrace', topicArn: TOPIC })
  for (const sink of sinks) await sink.tell(atRisk, signal)
  const { Entries } = JSON.parse(asked[0] ?? '') as { Entries: Record<string, string>[] }
  expect(Entries).toMatchObject([{ DetailType: 'Millrace Job At Risk' }])
  expect(Entries[0]).not.toHaveProperty('Time')
  const form = new URLSearchParams(asked[1])
  expect(form.get('Subject')).toBe('Millrace job at risk')
  const names = [...form].filter(([key]) => /Attributes.*Name$/.test(key)).map(([, name]) => name)
  expect(names.toSorted()).toEqual(['endpoint', 'kind'])
})

function entry(code: string): string {
  return JSON.stringify({ FailedEntryCount: 1, Entries: [{ ErrorCode: code, ErrorMessage: 'no' }] })
}
