import { type JobSpecInput, limits, type PinnedDataset } from '@millrace/job'
import { expect, test } from 'vitest'
import { scanBatches } from './scan-batches.ts'
import { collect, createDocuments, jobWith, never, objectsOf } from '../test-data.fixture.ts'

const batching = (rows: number, payloadBytesMax = 1_024): Partial<JobSpecInput> => ({
  batching: { rows, payloadBytesMax },
})
/** Scans objects with these texts, each of which comes in one piece. */
function scan(
  spec: Partial<JobSpecInput>,
  texts: readonly string[],
  facts: Partial<PinnedDataset>,
) {
  const { documents, written, log } = createDocuments()
  const objects = objectsOf(...texts)
  const dataset = { objects, header: false, width: 2, ...facts }
  const deps = {
    documents,
    read: async ({ uri }: { uri: string }) =>
      Buffer.from(texts[objects.findIndex((object) => object.uri === uri)] ?? '', 'latin1'),
    stream: () => {
      throw new Error('a small object is read whole')
    },
  }
  return { batches: scanBatches(deps, jobWith(spec), dataset, never), written, log }
}
const ranges = async (...args: Parameters<typeof scan>) =>
  (await collect(scan(...args).batches)).map(({ object, rows, bytes }) => [
    object,
    rows.start,
    rows.end,
    bytes.start,
    bytes.end,
  ])

test('cuts at the number of rows, counted over all objects', async () => {
  expect(await ranges(batching(2), ['1,2\n3,4\n5,6\n', '', '7,8\n9,0'], {})).toEqual([
    [0, 0, 2, 0, 8],
    [0, 2, 3, 8, 12],
    [2, 3, 5, 0, 7],
  ])
})

test('cuts before a batch is larger than a payload', async () => {
  const row = `${'1'.repeat(397)},2\n`
  const starts = await ranges(batching(100, 1_024), [row.repeat(5)], {})
  expect(starts.map(([, start, end]) => [start, end])).toEqual([
    [0, 2],
    [2, 4],
    [4, 5],
  ])
})

test('a row larger than a payload stands alone', async () => {
  const large = `${'1'.repeat(2_000)},2\n`
  expect(await ranges(batching(100, 1_024), [`1,2\n${large}3,4\n`], {})).toEqual([
    [0, 0, 1, 0, 4],
    [0, 1, 2, 4, 2_007],
    [0, 2, 3, 2_007, 2_011],
  ])
})

test('a quote that is never closed fails the plan as soon as no row may be so long', async () => {
  const pieceBytes = 8 * 1024 * 1024
  const piece = Buffer.alloc(pieceBytes, '3,4\n')
  let pieces = 0
  const uri = 's3://data/rows/1.csv'
  const objects = [...objectsOf('1,2\n'), { uri, bytes: 640 * pieceBytes, version: 'v1' }]
  const deps = {
    documents: createDocuments().documents,
    read: async () => Buffer.from('1,2\n'),
    async *stream() {
      yield Buffer.from('1,2\n5,"6\n')
      for (; pieces < 640; pieces += 1) yield piece
    },
  }
  const dataset = { objects, header: false, width: 2 }
  const scanning = collect(scanBatches(deps, jobWith(batching(9)), dataset, never))
  await expect(scanning).rejects.toMatchObject({
    code: 'row_endless',
    message: `cut rows: row 2 (byte 4): no end within ${limits.rowBytesMax} bytes in ${uri}`,
    hint: expect.stringContaining('from byte 4 on, look for a "'),
  })
  expect(pieces).toBeLessThan(limits.rowBytesMax / pieceBytes)
})

test('the header of each object is no row', async () => {
  const facts = { header: true, columns: ['id', 'age'] }
  expect(await ranges(batching(9), ['id,age\n1,2\n', 'id,age\r\n3,4\r\n'], facts)).toEqual([
    [0, 0, 1, 7, 11],
    [1, 1, 2, 8, 13],
  ])
})

test('a header alone gives no batch', async () => {
  expect(await ranges(batching(9), ['id,age\n'], { header: true, columns: ['id', 'age'] })).toEqual(
    [],
  )
})

test.for([
  ['another header', 'id,income\n3,4\n', /1.csv has the header \["id","income"\]/],
  ['the names in another order', 'age,id\n3,4\n', /1.csv has the header \["age","id"\]/],
  ['a name that holds the delimiter', '"id,age"\n3\n', /1.csv has the header \["id,age"\]/],
  ['no header', '3,4\n5,6\n', /1.csv has no header, .* the header \["id","age"\]/],
] as const)('an object with %s fails the plan', async ([, text, message]) => {
  const facts = { header: true, columns: ['id', 'age'] }
  const scanning = ranges(batching(9), ['id,age\n1,2\n', text], facts)
  await expect(scanning).rejects.toMatchObject({ code: 'header_mismatch' })
  await expect(ranges(batching(9), ['id,age\n1,2\n', text], facts)).rejects.toThrow(message)
})

test('a first row that goes on in the next pieces is waited for', async () => {
  const long = 'x'.repeat(1_000_000)
  const texts = [`${long}${long},age\n1,2\n`, `${long}${long},age\n3,4\n`, `${long}${long},2\n`]
  const objects = objectsOf(...texts)
  const deps = {
    documents: createDocuments().documents,
    read: () => Promise.reject(new Error('a large object is streamed')),
    async *stream({ uri }: { uri: string }) {
      const text = Buffer.from(texts[objects.findIndex((object) => object.uri === uri)] ?? '')
      const lent = Buffer.alloc(700_000)
      for (let at = 0; at < text.length; at += lent.length) {
        yield lent.subarray(0, text.copy(lent, 0, at, at + lent.length))
      }
    },
  }
  const columns = [long + long, 'age']
  const scanning = (count: number) => {
    const dataset = { objects: objects.slice(0, count), header: true, columns, width: 2 }
    return collect(scanBatches(deps, jobWith(batching(9)), dataset, never))
  }
  expect((await scanning(2)).map(({ rows }) => rows)).toEqual([
    { start: 0, end: 1 },
    { start: 1, end: 2 },
  ])
  await expect(scanning(3)).rejects.toMatchObject({ code: 'header_mismatch' })
})

test.for([
  ['alone', 'id,30d_spend\n', 1],
  ['over a column that is empty', 'id,30d_spend\n1,\n2,\n', 3],
  ['over words', 'id,30d_spend\n1,none\n', 2],
] as const)("in another object, the table's header %s is one", async ([, text, rows]) => {
  const facts = { header: true, columns: ['id', '30d_spend'] }
  const found = await ranges(batching(9), ['id,30d_spend\n1,2\n', text, text], facts)
  expect(found.at(-1)?.[2] ?? 0).toBe(2 * rows - 1)
})

test('a header in an object after one without fails the plan', async () => {
  const scanning = ranges(batching(9), ['1,2\n', 'id,age\n3,4\n'], {})
  await expect(scanning).rejects.toThrow(/has the header .* the table no header/)
})

test('when the job says that there is no header, none is looked for', async () => {
  const spec = { dataset: { uri: 's3://data/rows/', csv: { header: 'absent' as const } } }
  expect(await ranges(spec, ['a,b\n', 'c,d\n'], {})).toHaveLength(2)
})

test.for<[string, string, Partial<JobSpecInput>]>([
  ['gzip', '\u001f\u008b\b', { dataset: { uri: 's3://data/', csv: { header: 'absent' } } }],
  [
    'JSON lines with a NUL byte',
    '{"income":1}\u0000\n',
    { dataset: { uri: 's3://data/', format: 'jsonl' } },
  ],
  ['a CSV with a NUL byte', '3,444444\u0000\n', {}],
])('a later object that is %s fails the plan, by name', async ([, text, spec]) => {
  const scanning = ranges(spec, ['1,2\n', text], {})
  await expect(scanning).rejects.toThrow(/^read head: .*, wanted text in s3:.*1\.csv$/)
})

test('a segment is written before any of its batches is yielded', async () => {
  const rows = limits.planSegmentBatches + 2
  const { batches, log } = scan(batching(1), ['1,2\n'.repeat(rows)], {})
  const seen: string[] = []
  for await (const { batch } of batches) seen.push(`${log.at(-1)} before ${batch}`)
  expect(seen).toHaveLength(rows)
  expect(seen[0]).toBe('write plan/000000.bin before 0')
  expect(seen[limits.planSegmentBatches - 1]).toBe('write plan/000000.bin before 1023')
  expect(seen[limits.planSegmentBatches]).toBe('write plan/000001.bin before 1024')
})

test('scanned twice, it writes the same plan', async () => {
  const args = [batching(2), ['1,2\n"3\n",4\n5,6\n', '7,8\n'], {}] as const
  const [once, again] = [scan(...args), scan(...args)]
  expect(await collect(once.batches)).toEqual(await collect(again.batches))
  expect(once.written).toEqual(again.written)
})
