import { type MetricDefinition, metricCatalogue } from '@millrace/job'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Collector, type ReceivedSpan, startCollector } from './support/collector.ts'
import { runCli, temporaryFolder } from './support/cli.ts'
import { BUCKET, type Fleet, startFleet } from './support/fleet.ts'
import { flights } from './support/flights.ts'
import { objectsOf } from './support/objects.ts'

/* One job through the three apps, with a collector that keeps what they say about it. */

const SUBMITTER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const BATCHES = 4

let collector: Collector
let fleet: Fleet

beforeAll(async () => {
  collector = await startCollector()
  fleet = await startFleet()
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    MILLRACE_TRACES: 'otlp',
    MILLRACE_TRACES_SHARE: '1',
    MILLRACE_METRICS: 'otlp',
    MILLRACE_RECEIVE_WAIT_SECONDS: '1',
  }
  const children = (['producer', 'consumer', 'aggregator'] as const).map((app) =>
    fleet.start(app, env),
  )
  await objectsOf(fleet).put('data/in.csv', `${flights.rows.slice(0, BATCHES * 100).join('\n')}\n`)
  const submit = ['submit', `s3://${BUCKET}/data/in.csv`, '-o', `s3://${BUCKET}/results/out.csv`]
  const options = ['--endpoint', 'flights', '--batch-rows', '100', '--client-token', 'traced']
  const TRACEPARENT = `00-${SUBMITTER.traceId}-${SUBMITTER.spanId}-01`
  await using folder = await temporaryFolder()
  const submitter = { ...fleet.cloud.env, AWS_REGION: 'us-east-1', TRACEPARENT }
  await runCli([...submit, ...options], { cwd: folder.path, env: submitter })
  await fleet.ended('traced')
  // What has not been sent is sent when an app drains.
  const exits = children.map((child) => new Promise((resolve) => child.once('exit', resolve)))
  for (const child of children) child.kill('SIGTERM')
  await Promise.all(exits)
})

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]()
  await collector?.[Symbol.asyncDispose]()
})

const named = (name: string): ReceivedSpan[] => collector.spans.filter((s) => s.name === name)

const one = (name: string): ReceivedSpan => {
  const [span, ...others] = named(name)
  if (span === undefined || others.length > 0) throw new Error(`${others.length + 1} of ${name}`)
  return span
}

const contextOf = ({ traceId, spanId }: ReceivedSpan) => ({ traceId, spanId })

describe('the trace of a job', () => {
  test('goes on from the submitter into the producer', () => {
    const span = one('process millrace-jobs')
    expect(span).toMatchObject({ traceId: SUBMITTER.traceId, parentSpanId: SUBMITTER.spanId })
    expect(span.attributes).toMatchObject({
      'messaging.system': 'aws_sqs',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'millrace-jobs',
      'server.address': '127.0.0.1',
    })
  })

  test('is linked to from the trace of each batch', () => {
    const published = one('send millrace-batches')
    const batches = named('process millrace-batches')
    expect(published.traceId).toBe(SUBMITTER.traceId)
    expect(published.attributes['messaging.batch.message_count']).toBe(BATCHES)
    expect(batches).toHaveLength(BATCHES)
    expect(new Set(batches.map(({ traceId }) => traceId)).size).toBe(BATCHES)
    for (const batch of batches) {
      expect(batch.traceId).not.toBe(SUBMITTER.traceId)
      expect(batch.links).toMatchObject([contextOf(published)])
      expect(batch.attributes['millrace.outcome']).toBe('recorded')
    }
  })

  test('has the invocation of each batch in the trace of that batch', () => {
    const batches = named('process millrace-batches').map(({ spanId }) => spanId)
    const parents = named('InvokeEndpoint').map(({ parentSpanId }) => parentSpanId)
    expect(parents.filter((id) => id !== undefined && batches.includes(id))).toHaveLength(BATCHES)
  })

  test('comes back in the aggregator, linked to what asked it to look', () => {
    const published = named('send millrace-completions').map(contextOf)
    const looks = named('process millrace-completions')
    expect(looks.length).toBeGreaterThan(0)
    for (const look of looks) {
      expect(look.traceId).toBe(SUBMITTER.traceId)
      expect(look.parentSpanId).toBe(one('process millrace-jobs').spanId)
      expect(published).toContainEqual(
        look.links.map(({ traceId, spanId }) => ({ traceId, spanId }))[0],
      )
    }
  })
})

describe('the metrics', () => {
  const value = (name: string, own: Record<string, string> = {}): number =>
    [...collector.series.values()]
      .filter(
        (s) => s.name === name && Object.entries(own).every(([k, v]) => s.attributes[k] === v),
      )
      .reduce((sum, series) => sum + series.value, 0)

  test('are those of the catalogue, each from the apps it names', () => {
    const got = new Set([...collector.series.values()].map(({ app, name }) => `${app} ${name}`))
    const metrics: [string, MetricDefinition][] = Object.entries(metricCatalogue)
    const wanted = metrics.flatMap(([name, { apps }]) =>
      // The meter is tested with what deploys it.
      apps.filter((app) => app !== 'meter').map((app) => `${app} ${name}`),
    )
    expect([...got].sort()).toEqual(wanted.sort())
  })

  test('have the dimensions of the catalogue, and none more', () => {
    for (const { name, attributes } of collector.series.values()) {
      const { dimension }: MetricDefinition = metricCatalogue[name as keyof typeof metricCatalogue]
      const { name: own, values } = dimension ?? { name: undefined, values: [] }
      const taken = Object.entries(attributes).filter(
        ([key, value]) => key !== own || !values.includes(String(value)),
      )
      expect(taken).toEqual([])
    }
  })

  test.for([
    ['millrace.rows.predicted', {}, BATCHES * 100],
    ['millrace.rows.failed', {}, 0],
    ['millrace.batches', { outcome: 'recorded' }, BATCHES],
    ['millrace.batches.published', {}, BATCHES],
    ['millrace.invocations', {}, BATCHES],
    ['millrace.invocation.duration', {}, BATCHES],
    ['millrace.batch.duration', {}, BATCHES],
    ['millrace.job_requests', { outcome: 'published' }, 1],
    ['millrace.jobs.ended', { state: 'succeeded' }, 1],
  ] as const)('%s %o is %i', ([name, own, wanted]) => {
    expect(value(name, own)).toBe(wanted)
  })

  test('have a settlement for each message received', () => {
    const received = value('millrace.messages.received')
    expect(received).toBeGreaterThanOrEqual(BATCHES + 2)
    expect(value('millrace.messages.settled')).toBe(received)
  })
})
