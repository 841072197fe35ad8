import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { limits } from '@millrace/job'
import { expect, test } from 'vitest'
import type { PartialSpec } from '../spec/spec-options.ts'
import { createSink, never, temporaryFolder } from '../test-data.fixture.ts'
import { type PlanOptions, plan } from './plan.ts'

const table = 'id,age,city\n1,40,"a, b"\n2,50,c\n3,60,d\n'

/** Plans what is named, or these bytes on standard input; answers what was said and the exit code. */
async function planOf(data: string | Buffer, options: Partial<PlanOptions> = {}) {
  const stdout = createSink()
  const isBytes = typeof data !== 'string'
  const world = {
    stdin: Readable.from(isBytes ? [data] : []),
    stdout: stdout.stream,
    stderr: createSink().stream,
    env: {},
    stop: never,
    abort: never,
  }
  const usual = { spec: {}, check: false, json: false, data: isBytes ? '-' : data }
  const code = await plan({ ...usual, ...options }, world)
  return { code, said: stdout.texts.join('') }
}
const factsOf = async (data: string | Buffer, options: Partial<PlanOptions> = {}) =>
  JSON.parse((await planOf(data, { ...options, json: true })).said)

test('says what the cutter sees', async () => {
  const { code, said } = await planOf(Buffer.from(table), { spec: { batching: { rows: 2 } } })
  expect(code).toBe(0)
  const facts = said.split('\n').map((line) => line.split(/ {2,}/))
  expect(Object.fromEntries(facts)).toMatchObject({
    dataset: 'standard input (38 bytes)',
    format: 'CSV, with a header (found), delimiter ",", quote "',
    columns: '3: id, age, city',
    rows: '3',
    batches: '2 of up to 2 rows, the largest 19 bytes (limit 5.2 MB)',
  })
})

test.for([
  ['plain', Buffer.from(table)],
  ['gzip', gzipSync(table)],
  ['zstd', zstdCompressSync(table)],
  ['with a byte order mark', Buffer.from(`\uFEFF${table}`)],
] as const)('a %s table has the same columns and rows', async ([, bytes]) => {
  expect(await factsOf(bytes)).toMatchObject({ columns: ['id', 'age', 'city'], rows: 3, width: 3 })
})

test('a folder is one table, with or without its slash', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'parts'))
  await writeFile(join(folder, 'parts/a.csv.gz'), gzipSync(table))
  await writeFile(join(folder, 'parts/b.csv.gz'), gzipSync(table))
  for (const name of ['parts', 'parts/']) {
    expect(await factsOf(join(folder, name))).toMatchObject({ objects: 2, rows: 6, batches: 2 })
  }
})

test.for<[string, Readonly<Record<string, string>>, string]>([
  ['tabs', { 'a.tsv': 'id\tage\n1\t40\n', 'b.tsv': 'id\tage\n2\t50\n' }, '"\\t"'],
  ['tabs below a mark', { _SUCCESS: '', 'a.tab.gz': 'id\tage\n1\t40\n2\t50\n' }, '"\\t"'],
  ['JSON lines', { 'a.jsonl': '{"a":1}\n', 'b.jsonl': '{"a":2}\n' }, 'JSON lines'],
])('a folder of %s is read as a run reads it', async ([, files, format]) => {
  const folder = await temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text)
  }
  const { said } = await planOf(folder)
  expect(said).toMatch(/^rows +2$/m)
  expect(said.split('\n').find((line) => line.startsWith('format'))).toContain(format)
})

test('a manifest is read as its first object says', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a.tsv'), 'id\tage\n1\t40\n')
  const prefix = `${pathToFileURL(folder).href}/`
  await writeFile(join(folder, 'all.manifest'), JSON.stringify([{ prefix }, 'a.tsv']))
  const facts = await factsOf(join(folder, 'all.manifest'))
  expect(facts).toMatchObject({ columns: ['id', 'age'], rows: 1 })
})

test('what is said of a folder comes before what its objects look like', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a.tsv'), 'id;age\n1;40\n')
  const spec = { dataset: { csv: { delimiter: ';' } } }
  expect(await factsOf(folder, { spec })).toMatchObject({ columns: ['id', 'age'] })
})

test('while standard input stalls, it can be interrupted', async () => {
  const stdin = new PassThrough()
  stdin.write('1,2\n')
  const stop = new AbortController()
  const stream = createSink().stream
  const world = { stdin, stdout: stream, stderr: stream, env: {}, stop: stop.signal, abort: never }
  const planning = plan({ spec: {}, check: false, json: false, data: '-' }, world)
  setImmediate(() => stop.abort())
  await expect(planning).rejects.toMatchObject({ name: 'AbortError' })
  expect(stdin.destroyed).toBe(true)
})

test('an object that is packed unlike the first is told by name', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a.csv'), table)
  await writeFile(join(folder, 'b.csv.gz'), gzipSync(table))
  await expect(planOf(folder)).rejects.toThrow(/gzip-compressed, wanted text in b\.csv\.gz$/)
})

test('an object with another header is told by name', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a.csv'), table)
  await writeFile(join(folder, 'b.csv'), table.replace('age', 'years'))
  await expect(planOf(folder)).rejects.toThrow(/^b\.csv has the header \["id","years","city"\]/)
})

test("an object's header alone, or over nothing, is the table's", async () => {
  const folder = await temporaryFolder()
  const names = ['a.csv', 'b.csv', 'c.csv']
  const texts = ['id,30d_spend\n', 'id,30d_spend\n1,2\n3,4\n', 'id,30d_spend\n5,\n']
  for (const [index, name] of names.entries()) await writeFile(join(folder, name), texts[index]!)
  const facts = await factsOf(folder)
  expect(facts).toMatchObject({ header: true, columns: ['id', '30d_spend'], rows: 3, objects: 3 })
})

type Dataset = Exclude<PartialSpec['dataset'], undefined>

test.for<[string, Dataset, number[]]>([
  ['included by name', { features: { include: ['city', 'id'] } }, [2, 0]],
  ['excluded by index', { features: { exclude: [0] } }, [1, 2]],
])('columns %s are the features', async ([, dataset, features]) => {
  expect((await factsOf(Buffer.from(table), { spec: { dataset } })).features).toEqual(features)
})

test.for<[string, string, Dataset, object[]]>([
  ['a short row', '1,2\n3\n4,5\n', {}, [{ row: 1, problem: '1 field, wanted 2' }]],
  ['an open quote', '1,2\n3,"4\n', {}, [{ byte: 6, problem: expect.stringContaining('closed') }]],
  ['a NUL far down', `${'1,2\n'.repeat(300_000)}3,\0\n`, {}, [{ byte: 1_200_002 }]],
  [
    'a line that is no JSON',
    '{"a":1}\n\n{"a"\n[1]\n',
    { format: 'jsonl' },
    [{ row: 1, problem: expect.stringContaining('JSON') }],
  ],
])('with --check, %s is told with its place', async ([, text, dataset, faults]) => {
  const options = { check: true, spec: { dataset } }
  expect((await factsOf(Buffer.from(text), options)).faults).toMatchObject(faults)
  expect((await planOf(Buffer.from(text), options)).code).toBe(3)
})

const rowsOf = (count: number): string => '1,2\n'.repeat(count)

test.for([
  ['in a row', 'id,city\r\n\n"1\n",Br\u00fcnn\n', { row: 0, line: 4, byte: 17 }],
  ['in a header', 'id,stra\u00dfe\n1,2\n', { line: 1, byte: 7 }],
  ['far down', `id,city\n${rowsOf(600_000)}1,\u00fc\n`, { row: 600_000, line: 600_002 }],
] as const)('with --check, a byte that is no UTF-8 is told %s', async ([, text, place]) => {
  const bytes = Buffer.from(text, 'latin1')
  const found = await factsOf(bytes, { check: true })
  expect(found).toMatchObject({ otherEncoding: { object: 'standard input', ...place }, faults: [] })
  const { code, said } = await planOf(bytes, { check: true })
  expect(code).toBe(0)
  const where = 'row' in place ? `row ${place.row}` : 'header'
  expect(said).toContain(`\n? standard input ${where} (line ${place.line}, byte `)
  expect(said).toContain('iconv -f LATIN1')
})

test('of text in UTF-8 no encoding is told', async () => {
  const text = Buffer.from(`id,straße\n${rowsOf(300_000)}1,Brünn\n`)
  expect(await factsOf(text, { check: true })).not.toHaveProperty('otherEncoding')
})

test('without --check, only the first megabyte is looked at', async () => {
  const text = Buffer.from(`3\n${'1,2\n'.repeat(600_000)}3\n`)
  const options = { spec: { dataset: { csv: { header: 'absent' as const } } } }
  expect(await factsOf(text, options)).toMatchObject({ checked: false })
  expect((await factsOf(text, { ...options, check: true })).oddRows).toBe(600_000)
})

test('a row that no payload takes is counted', async () => {
  const text = Buffer.from(`1,2\n"${'x'.repeat(2_000)}",3\n4,5\n`)
  const spec = { batching: { payloadBytesMax: 1_024 } }
  expect(await factsOf(text, { spec })).toMatchObject({ rows: 3, batches: 3, tooLarge: 1 })
})

test('a first row of more than a megabyte is read on', async () => {
  const text = Buffer.from(`id,${'x'.repeat(2_000_000)}\n1,2\n3,4\n`)
  expect(await factsOf(text)).toMatchObject({ width: 2, rows: 2, header: true })
})

test('a quote that is never closed is told as the producer tells it', async () => {
  const text = Buffer.concat([
    Buffer.from('1,2\n5,"6\n'),
    Buffer.alloc(limits.rowBytesMax, '3,4\n'),
  ])
  await expect(planOf(text)).rejects.toMatchObject({
    name: 'CliError',
    message: 'cut rows: row 1 (byte 4): no end within 67108864 bytes in standard input',
    hint: expect.stringContaining('from byte 4 on, look for a "'),
  })
})

test.for([
  ['auto', '? a header and no row below it: if that is a row, --header absent\n'],
  ['present', '? a header and no row below it\n'],
] as const)('with %s, a header alone is pointed out', async ([header, hint]) => {
  const spec = { dataset: { csv: { header } } }
  const { code, said } = await planOf(Buffer.from('id,age\n'), { spec })
  expect([code, said.slice(said.indexOf('? '))]).toEqual([0, hint])
})

test('one column that holds another delimiter is pointed out', async () => {
  const { said } = await planOf(Buffer.from('id;age\n1;2\n'))
  expect(said).toContain(`? one column, which holds ";": --delimiter ';'`)
})

test('only what is compressed is called so, with a blank object beside it', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a.csv'), 'id,age\n1,2\n')
  await writeFile(join(folder, 'b.csv'), '\n')
  expect((await planOf(folder)).said).toContain('(2 objects, 11 bytes)')
})

test('a comment before the header is pointed out', async () => {
  const { said } = await planOf(Buffer.from('# made by hand\nid,age\n1,2\n'))
  expect(said).toContain('? the first line begins with #, and a CSV has no comments')
  expect((await planOf(Buffer.from('#id,age\n1,2\n'))).said).not.toContain('begins with #')
})

test('a name does not move the cursor of whoever reads it', async () => {
  const { said } = await planOf(Buffer.from('id,a\u001b[2Jb\n1,2\n'))
  expect(said).not.toContain('\u001b')
})

test.for([
  ['no row', Buffer.from('\n\n'), /standard input: no row, wanted at least one/],
  ['UTF-16', Buffer.from('\uFEFFa,b\n', 'utf16le'), /UTF-16, wanted UTF-8 in standard input/],
  ['cut gzip', gzipSync(table).subarray(0, 20), /compression_invalid/],
  ['nowhere.csv', 'nowhere.csv', /no such file or folder/],
] as const)('%s is told in a sentence', async ([, data, message]) => {
  await expect(planOf(data)).rejects.toMatchObject({
    name: 'CliError',
    message: expect.stringMatching(message),
  })
})
