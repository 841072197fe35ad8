import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { JobSpecInput } from '@millrace/job'
import { expect, test } from 'vitest'
import { expectedResult, flights } from './support/flights.ts'
import { BUCKET, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'

const uri = (key: string): string => `s3://${BUCKET}/${key}`
const part = (start: number, end: number): string =>
  `${flights.rows.slice(start, end).join('\n')}\n`

test('a prefix, a manifest of gzip and a zstd object give the answer key each', async () => {
  await using fleet = await startFleet()
  const objects = objectsOf(fleet)
  const header = 'month,day,day_of_week,hour,minute,distance,origin,destination\n'
  await objects.put('data/parts/a.csv', header + part(0, 5_000))
  await objects.put('data/parts/b.csv', header)
  await objects.put('data/parts/c.csv', header + part(5_000, 12_000))
  await objects.put('data/second.csv.gz', gzipSync(part(7_000, 12_000)))
  const first = [gzipSync(part(0, 3_000)), gzipSync(part(3_000, 7_000))]
  await objects.put('data/first.csv.gz', Buffer.concat(first))
  const names = [{ prefix: uri('data/') }, 'first.csv.gz', 'second.csv.gz']
  await objects.put('data/all.manifest', JSON.stringify(names))
  const frames = [zstdCompressSync(part(0, 6_000)), zstdCompressSync(part(6_000, 12_000))]
  await objects.put('data/all.csv.zst', Buffer.concat(frames))

  const datasets: Record<string, JobSpecInput['dataset']> = {
    prefix: { uri: uri('data/parts/') },
    manifest: { uri: uri('data/all.manifest'), compression: 'gzip' },
    zstd: { uri: uri('data/all.csv.zst'), compression: 'zstd' },
  }
  for (const app of ['producer', 'consumer', 'aggregator'] as const) fleet.start(app)
  for (const [name, dataset] of Object.entries(datasets)) {
    const output = { uri: uri(`results/${name}.csv`) }
    await fleet.submit(name, { version: 1, dataset, endpoint: { name: 'flights' }, output })
  }
  for (const name of Object.keys(datasets)) {
    const job = await fleet.ended(name)
    expect(job.failure).toBeUndefined()
    expect((await objects.get(`results/${name}.csv`)) === expectedResult()).toBe(true)
  }
  const manifest = JSON.parse((await objects.get('results/manifest.manifest.json')) ?? '{}')
  expect(
    manifest.dataset.objects.map((object: { source: { uri: string } }) => object.source.uri),
  ).toEqual([uri('data/first.csv.gz'), uri('data/second.csv.gz')])
})

/** An endpoint that answers each JSON line with its `x`, and breaks at a line that is none. */
async function startLineModel() {
  const seen: string[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push(`${request.headers['content-type']} ${request.headers.accept} ${body}`)
      const lines = body.trimEnd().split('\n')
      try {
        const answers = lines.map((line) => `${JSON.stringify({ score: JSON.parse(line).x })}\n`)
        response.setHeader('content-type', 'application/jsonlines').end(answers.join(''))
      } catch {
        response.writeHead(500).end()
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, seen, [Symbol.dispose]: () => void server.close() }
}

test('JSON lines are sent as they are, and a line that is no JSON fails alone', async () => {
  using model = await startLineModel()
  await using fleet = await startFleet()
  const objects = objectsOf(fleet)
  await objects.put('data/x.jsonl', '{"x":0.25}\n\n{"x":\n{"x": 0.75, "note": "a,b"}\n')
  const env = { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: model.url }
  for (const app of ['producer', 'consumer', 'aggregator'] as const) fleet.start(app, env)
  await fleet.submit('lines', {
    version: 1,
    dataset: { uri: uri('data/x.jsonl'), format: 'jsonl' },
    endpoint: { name: 'flights' },
    output: { uri: uri('results/x.csv') },
  })
  const job = await fleet.ended('lines')
  expect(job).toMatchObject({ state: 'succeeded_with_failures', plan: { rows: 3 } })
  const result = await objects.get('results/x.csv')
  expect(result).toBe('Prediction,Binary Classification\n0.25,0\n,\n0.75,1\n')
  expect(await objects.get('results/x.errors.csv')).toContain('row_malformed')
  const lines = '{"x":0.25}\n{"x": 0.75, "note": "a,b"}\n'
  expect(model.seen).toContain(`application/jsonlines application/jsonlines ${lines}`)
})
