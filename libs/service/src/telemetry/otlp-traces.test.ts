import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { startTracer } from './otlp-traces.ts'

interface SpanBody {
  readonly name: string
  readonly attributes: readonly { key: string; value: { stringValue?: string } }[]
}

/** The spans that reach a collector, when each of these errors is thrown within one. */
async function spansOf(errors: readonly unknown[]): Promise<SpanBody[]> {
  const bodies: Promise<string>[] = []
  const server = createServer((request, response) => {
    const body = text(request)
    bodies.push(body)
    void body.then(() => response.end('{}'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { tracer, close } = startTracer({ app: 'test', version: '1', endpointUrl, share: 1 })
  for (const error of errors) {
    const failing = tracer.span('failing', {}, () => Promise.reject(error as Error))
    await failing.catch(() => {})
  }
  await close()
  server.close()
  const reports = (await Promise.all(bodies)).map((body) => JSON.parse(body))
  return reports.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: SpanBody[] }[] }) =>
      scopeSpans.flatMap(({ spans }) => spans),
    ),
  )
}

test('a span that fails says of what type its error is, by its code or else its name', async () => {
  const coded = Object.assign(new Error('slow down'), { code: 'throttled' })
  const spans = await spansOf([coded, new RangeError('too far'), 'a text'])
  const types = spans.map(
    ({ attributes }) => attributes.find(({ key }) => key === 'error.type')?.value.stringValue,
  )
  expect(types).toEqual(['throttled', 'RangeError', '_OTHER'])
})
