import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createSink, createWorld, temporaryFolder } from '../test-data.fixture.ts'
import { isCounted } from './search.ts'
import { type TuneOptions, tune } from './tune.ts'

// After each throttle the endpoint is left alone for a second.
vi.setConfig({ testTimeout: 30_000 })

/** Two columns; so many milliseconds an invocation, and no more than so many at a time. */
async function startSlots(slots: number, latencyMs = 20) {
  let [busy, busiest, refused] = [0, 0, 0]
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    const serve = async (): Promise<void> => {
      const rows = Buffer.concat(chunks).toString().trimEnd().split('\n')
      if (rows[0]?.split(',').length !== 2 || rows.some((row) => row.startsWith('bad'))) {
        response.writeHead(424, { 'x-amzn-errortype': 'ModelError' }).end(REFUSAL)
      } else if (busy >= slots) {
        refused += 1
        response.writeHead(400, { 'x-amzn-errortype': 'ThrottlingException' }).end('{}')
      } else {
        busiest = Math.max(busiest, ++busy)
        await sleep(latencyMs)
        busy -= 1
        response.end('0.5\n'.repeat(rows.length))
      }
    }
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => void serve())
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { endpointUrl, seen: () => ({ busiest, refused }) }
}
const REFUSAL = JSON.stringify({ OriginalStatusCode: 400, OriginalMessage: 'columns' })

const rows = Array.from({ length: 300 }, (_, row) => `${row},2\n`)
/** The same with others in some places. */
const tableWith = (others: Readonly<Record<number, string>>): string =>
  rows.map((row, index) => others[index] ?? row).join('')

/** A table in a folder of its own, and what the verb says of it. */
async function tuned(options: Partial<TuneOptions>, table = rows.join('')) {
  const folder = await temporaryFolder()
  const data = join(folder, 'rows.csv')
  await writeFile(data, table)
  const { world } = createWorld({})
  const [stdout, stderr] = [createSink(), createSink()]
  const usual = { seconds: 2, maxConcurrency: 16, sampleRows: 300, localLatency: 0, write: false }
  const spec = { endpoint: { name: 'slots' } }
  const all = { data, spec, json: true, ...usual, ...options }
  const code = await tune(all, { ...world, stdout: stdout.stream, stderr: stderr.stream })
  return { code, folder, said: stdout.texts.join(''), shown: stderr.texts.join('') }
}

test('an endpoint of four slots is filled, and not driven much further', async () => {
  // Invocations long enough that a busy machine does not make fewer of them look quicker.
  const { endpointUrl, seen } = await startSlots(4, 100)
  const { code, said } = await tuned({ endpointUrl, seconds: 6 })
  const { best, cells, shareOfEndpoint } = JSON.parse(said)
  expect(code).toBe(0)
  expect(best).toMatchObject({ rows: 300, concurrency: 4 })
  expect(shareOfEndpoint).toBeGreaterThan(0.9)
  expect(cells.filter(({ kind }: { kind: string }) => kind === 'throttled').length).toBeLessThan(4)
  // Two throttles end a cell, and each slot has one answer under way then.
  expect(seen().refused).toBeLessThan(40)
})

test('for people there are a table, charts, a spec and each step', async () => {
  const { endpointUrl } = await startSlots(2)
  const { said, shown, folder } = await tuned({ endpointUrl, json: false, seconds: 2 })
  expect(said).toMatch(/^ *ROWS +IN FLIGHT +ROWS\/S/m)
  expect(said).toContain('rows a second, one in flight')
  expect(said).toMatch(/^batching:\n {2}rows: 300 /m)
  expect(shown).toMatch(/rows × +1 in flight/)
  expect(folder).toBeTruthy()
})

test('rows that the endpoint refuses are left out, and cost no concurrency', async () => {
  const { endpointUrl } = await startSlots(4)
  const table = tableWith({ 5: 'odd\n', 40: 'bad,1\n', 150: 'bad,2\n' })
  const { code, said } = await tuned({ endpointUrl, seconds: 5, maxConcurrency: 4 }, table)
  const { best, cells, leftOut } = JSON.parse(said)
  expect(code).toBe(0)
  expect(leftOut).toMatchObject({ rows: 2, of: 299, firstRow: 40, reason: 'columns' })
  expect(cells.map(({ kind }: { kind: string }) => kind)).not.toContain('failed')
  // Which concurrency is the quickest is a matter of this machine's clock; that all of it was had is not.
  const had = cells.filter(isCounted)
  expect(had).toContainEqual(expect.objectContaining({ rows: 100, concurrency: 4 }))
  expect(best).toMatchObject({ rows: 100 })
})

test('where most rows are refused, the others are the sample, and it is said', async () => {
  const { endpointUrl } = await startSlots(1)
  const table = rows.map((row, index) => (index < 25 ? row : `bad,${index}\n`)).join('')
  const { said, shown } = await tuned({ endpointUrl, json: false, seconds: 5 }, table)
  expect(shown).toMatch(/^left out {2}5 of the first 30 rows.*; the first is row 25: columns$/m)
  expect(said).toMatch(/^left out {2}5 of the first 30 rows/m)
  expect(said).toMatch(/^batching:\n {2}rows: 10 /m)
})

test('with --write, the spec file has the rows and keeps its comments', async () => {
  const { endpointUrl } = await startSlots(1)
  const file = join(await temporaryFolder(), 'millrace.yaml')
  await writeFile(file, 'version: 1\nendpoint:\n  name: slots # ours\n')
  await tuned({ endpointUrl, file, write: true, seconds: 1 })
  const text = await readFile(file, 'utf8')
  expect(text).toContain('name: slots # ours')
  expect(text).toMatch(/batching:\n {2}rows: \d+\n/)
})

test('a page with charts is written where it was asked for', async () => {
  const { endpointUrl } = await startSlots(1)
  const out = join(await temporaryFolder(), 'tune.html')
  await tuned({ endpointUrl, out, seconds: 1 })
  expect(await readFile(out, 'utf8')).toContain('"best":')
})

test.for([
  ['in no folder', 'none/t.html', /its folder does not exist/],
  ['that is a folder', 'sub', /is a directory, wanted a file\b/],
  ['over its dataset', 'rows.csv', /is the dataset itself/],
  ['in the folder of its dataset', 'full/t.html', /which the run reads/],
  ['over its model', 'm.json', /is the model itself/],
  ['over its spec', 'spec.yaml', /is the spec itself/],
] as const)('a page %s is refused before the endpoint is opened', async ([, name, message]) => {
  const folder = await temporaryFolder()
  const at = (path: string): string => join(folder, path)
  for (const path of ['sub', 'full']) await mkdir(at(path))
  for (const path of ['rows.csv', 'full/rows.csv']) await writeFile(at(path), '1,2\n')
  const texts = { 'm.json': 'no model', 'spec.yaml': 'version: 1\n' }
  for (const [path, text] of Object.entries(texts)) await writeFile(at(path), text)
  const data = at(name.startsWith('full') ? 'full' : 'rows.csv')
  const read = { data, localModel: at('m.json'), file: at('spec.yaml') }
  // No such model is served: what is opened first is told first.
  await expect(tuned({ ...read, out: at(name) })).rejects.toMatchObject({
    message: expect.stringMatching(message),
    exitCode: 2,
  })
  for (const [path, text] of Object.entries(texts)) {
    expect(await readFile(at(path), 'utf8')).toBe(text)
  }
})

test.for<[string, Partial<TuneOptions>, RegExp]>([
  ['no endpoint', { spec: {} }, /no endpoint: wanted --endpoint NAME/],
  ['--write without a file', { write: true }, /--write wants a spec file/],
])('%s is told in a sentence', async ([, options, message]) => {
  await expect(tuned(options)).rejects.toThrow(message)
})

test('an endpoint that is too slow for the time is told so, with code 1', async () => {
  const { endpointUrl } = await startSlots(1, 800)
  await expect(tuned({ endpointUrl, seconds: 1 })).rejects.toMatchObject({
    exitCode: 1,
    message: 'slots: no second answer came within 1 s',
    hint: '--seconds gives it more time',
  })
})

test('an endpoint without a free slot is told, with code 1', async () => {
  const { endpointUrl } = await startSlots(0)
  await expect(tuned({ endpointUrl, seconds: 1 })).rejects.toMatchObject({ exitCode: 1 })
})
