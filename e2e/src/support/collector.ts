import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number }
}

/** A span as OTLP's JSON has it: https://opentelemetry.io/docs/specs/otlp/ */
export interface ReceivedSpan {
  readonly app: string
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly attributes: Readonly<Record<string, string | number | undefined>>
}

/** One series of a metric as it was last reported. */
export interface ReceivedSeries {
  readonly app: string
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number | undefined>>
  readonly value: number
}

export interface Collector extends AsyncDisposable {
  readonly url: string
  readonly spans: readonly ReceivedSpan[]
  /** By app, name and attributes. */
  readonly series: ReadonlyMap<string, ReceivedSeries>
}

/** An OpenTelemetry collector that keeps what it gets, on loopback. */
export async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = []
  const series = new Map<string, ReceivedSeries>()
  const server = createServer((request, response) => {
    void take(request).then(() => response.end('{}'))
  })
  async function take(request: IncomingMessage): Promise<void> {
    const body: unknown = JSON.parse(await text(request))
    if (request.url === '/v1/traces') spans.push(...spansOf(body as Traces))
    if (request.url === '/v1/metrics') {
      for (const one of seriesOf(body as MetricsReport)) {
        series.set(JSON.stringify([one.app, one.name, one.attributes]), one)
      }
    }
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    series,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Resource {
  readonly resource: { readonly attributes: readonly Attribute[] }
}

interface Traces {
  readonly resourceSpans: readonly (Resource & {
    readonly scopeSpans: readonly { readonly spans: readonly SpanBody[] }[]
  })[]
}

type SpanBody = Omit<ReceivedSpan, 'app' | 'attributes' | 'links'> & {
  readonly attributes?: readonly Attribute[]
  readonly links?: ReceivedSpan['links']
}

interface Point {
  readonly attributes?: readonly Attribute[]
  readonly asInt?: number | string
  readonly asDouble?: number
  readonly count?: number | string
}

interface MetricsReport {
  readonly resourceMetrics: readonly (Resource & {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly ({ readonly name: string } & Readonly<
        Partial<Record<'sum' | 'gauge' | 'histogram', { readonly dataPoints: readonly Point[] }>>
      >)[]
    }[]
  })[]
}

function spansOf({ resourceSpans }: Traces): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ attributes = [], links = [], ...span }) => {
        return { ...span, links, app: appOf(resource.attributes), attributes: factsOf(attributes) }
      }),
    ),
  )
}

function seriesOf({ resourceMetrics }: MetricsReport): ReceivedSeries[] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ name, sum, gauge, histogram }) =>
        (sum ?? gauge ?? histogram ?? { dataPoints: [] }).dataPoints.map((point) => ({
          app: appOf(resource.attributes),
          name,
          attributes: factsOf(point.attributes ?? []),
          value: Number(point.asInt ?? point.asDouble ?? point.count),
        })),
      ),
    ),
  )
}

const appOf = (attributes: readonly Attribute[]): string =>
  String(factsOf(attributes)['service.name']).replace('millrace-', '')

const factsOf = (attributes: readonly Attribute[]): ReceivedSpan['attributes'] =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]))
