import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type DatasetPin, type Job, type JobSpecInput, limits } from '@millrace/job'
import { expect, test, vi } from 'vitest'
import { type Deps, pinDataset } from './pin-dataset.ts'
import { createDocuments, jobWith, never, objectsOf } from '../test-data.fixture.ts'

/** A dataset in memory, and a ledger that keeps the first pin. */
function createWorld(...texts: readonly string[]) {
  const { documents, written } = createDocuments()
  const objects = objectsOf(...texts)
  const ledger: { pin?: DatasetPin } = {}
  const deps: Deps = {
    documents,
    pin: async () => objects,
    read: async ({ uri }, { start, end }) => {
      const index = objects.findIndex((object) => object.uri === uri.replace('work', 'data'))
      return Buffer.from(texts[index] ?? '').subarray(start, end)
    },
    spool: async (originals) =>
      originals.map((source) => ({ ...source, uri: source.uri.replace('data', 'work'), source })),
    recordPin: async (_, pin) => (ledger.pin ??= pin),
  }
  return { deps, ledger, objects, written }
}
const csv = (header: 'auto' | 'present' | 'absent', rest: object = {}): Partial<JobSpecInput> => ({
  dataset: { uri: 's3://data/rows/', csv: { header }, ...rest },
})
const pinned = async (job: Job, ...texts: readonly string[]) =>
  await pinDataset(createWorld(...texts).deps, job, never)

test('holds each object with its size and version', async () => {
  const { deps, objects, ledger } = createWorld('id,age\n1,2\n', 'id,age\n3,4\n')
  const dataset = await pinDataset(deps, jobWith(), never)
  expect(dataset).toEqual({ objects, header: true, columns: ['id', 'age'], width: 2 })
  expect(ledger.pin).toMatchObject({ objects: 2, bytes: 22 })
})

test.for([
  ['auto', 'id,age\n1,2\n', true],
  ['auto', '1,2\n3,4\n', false],
  ['present', '1,2\n3,4\n', true],
  ['absent', 'id,age\n1,2\n', false],
] as const)('with header %s, %j has a header: %s', async ([header, text, found]) => {
  const dataset = await pinned(jobWith(csv(header)), text)
  expect(dataset).toMatchObject({ header: found, width: 2 })
  expect('columns' in dataset).toBe(found)
})

test('takes the head from the first object that has a row', async () => {
  const dataset = await pinned(jobWith(), '', '\n\n', 'id,age\n1,2\n')
  expect(dataset).toMatchObject({ header: true, columns: ['id', 'age'] })
})

test.for<[string, readonly string[], object]>([
  ['a header alone', ['id,30d\n', 'id,30d\n1,2\n'], { header: true, columns: ['id', '30d'] }],
  ['a row alone', ['7,8\n', 'id,age\n1,2\n'], { header: true, columns: ['id', 'age'] }],
  ['names alone', ['id,age\n', '1,2\n3,4\n'], { header: false }],
  ['names and no more', ['id,age\n', '', '1,2\n'], { header: true, columns: ['id', 'age'] }],
  ['rows and no more', ['1,2\n', 'id,age\n'], { header: false }],
])('by %s, auto tells nothing where more can be told', async ([, texts, head]) => {
  expect(await pinned(jobWith(), ...texts)).toMatchObject(head)
})

test('where the header is said or has rows below, one object tells', async () => {
  for (const [header, first] of [
    ['present', 'id,age\n'],
    ['absent', '1,2\n'],
    ['auto', '1,2\n3,4\n'],
  ] as const) {
    const { deps } = createWorld(first, 'id,age\n1,2\n')
    const read = vi.spyOn(deps, 'read')
    await pinDataset(deps, jobWith(csv(header)), never)
    expect(read).toHaveBeenCalledTimes(1)
  }
})

test('of many objects of one row, not all are looked at', async () => {
  const { deps } = createWorld(...Array.from({ length: 150 }, () => 'id,age\n'), '1,2\n3,4\n')
  const read = vi.spyOn(deps, 'read')
  expect(await pinDataset(deps, jobWith(), never)).toMatchObject({ header: true })
  expect(read).toHaveBeenCalledTimes(100)
})

test.for([
  ['no bytes', ['', '']],
  ['blank lines only', ['\n', '\r\n\n']],
] as const)('with %s, the dataset is empty', async ([, texts]) => {
  await expect(pinned(jobWith(), ...texts)).rejects.toMatchObject({
    code: 'dataset_empty',
    message: 'plan: s3://data/rows/ has no row',
  })
})

test('an object whose result can have no name is refused before anything is pinned', async () => {
  const { deps, ledger } = createWorld('1,2\n', '3,4\n')
  const pin = async () => [...objectsOf('1,2\n'), { uri: 's3://data/a//b', bytes: 4, version: 'v' }]
  const one = await pinDataset({ ...deps, pin }, jobWith(), never)
  expect(one.objects).toHaveLength(2)
  delete ledger.pin
  const job = jobWith({ output: { uri: 's3://results/', files: 'per_object' } })
  await expect(pinDataset({ ...deps, pin }, job, never)).rejects.toMatchObject({
    code: 'uri_invalid',
    message: expect.stringContaining('s3://data/a//b'),
  })
  expect(ledger.pin).toBeUndefined()
})

test('a result over an object of the dataset is refused before anything is pinned', async () => {
  const { deps, ledger, objects } = createWorld('1,2\n', '3,4\n')
  const uri = objects[1]?.uri ?? ''
  const job = jobWith({ dataset: { uri: 's3://data/all.manifest' }, output: { uri } })
  await expect(pinDataset(deps, job, never)).rejects.toMatchObject({
    code: 'output_taken',
    message: expect.stringContaining(`${uri} is to be written, and is an object of the dataset`),
  })
  expect(ledger.pin).toBeUndefined()
})

test.for<[string, Partial<JobSpecInput>]>([
  ['feature', csv('auto', { features: { include: ['agee'] } })],
  ['joined column', { output: { uri: 's3://results/', join: ['agee'] } }],
])('an unknown %s is refused before anything is pinned', async ([, spec]) => {
  const { deps, ledger, written } = createWorld('id,age\n1,2\n')
  await expect(pinDataset(deps, jobWith(spec), never)).rejects.toMatchObject({
    code: 'unknown_column',
    message: expect.stringContaining('did you mean "age"'),
  })
  expect(ledger).toEqual({})
  expect(written.size).toBe(0)
})

test('what is no text is refused with the name of its object', async () => {
  await expect(pinned(jobWith(), 'a,b\n\u0000,1\n')).rejects.toThrow('in s3://data/rows/0.csv')
})

test('the first of two racing pins holds for both', async () => {
  const { deps } = createWorld('id,age\n1,2\n')
  const changed = objectsOf('id,age\n1,2\n').map((object) => ({ ...object, version: 'v9' }))
  const both = await Promise.all([
    pinDataset(deps, jobWith(), never),
    pinDataset({ ...deps, pin: async () => changed }, jobWith(), never),
  ])
  expect(both[0]).toEqual(both[1])
})

const long = 'x'.repeat(1_100_000)

test('a first row that is larger than a head is read on', async () => {
  const { deps } = createWorld(`id,age\n1,2\n`.replace('id', long))
  const read = vi.spyOn(deps, 'read')
  const dataset = await pinDataset(deps, jobWith(), never)
  expect(dataset).toMatchObject({ header: true, columns: [long, 'age'], width: 2 })
  expect(read).toHaveBeenCalledTimes(2)
})

test('a first row that no payload takes is refused, with what to look for', async () => {
  await expect(pinned(jobWith(), `"${'1,2\n'.repeat(2_000_000)}`)).rejects.toMatchObject({
    code: 'head_incomplete',
    message: `read head: the first row does not end within ${limits.payloadBytesMax} bytes in s3://data/rows/0.csv`,
    hint: 'look for a quote at the start of a field that is never closed',
  })
})

test('a first line of JSON may be as large as it likes', async () => {
  const { deps } = createWorld(`{"a":"${long}"}\n`)
  const read = vi.spyOn(deps, 'read')
  const job = jobWith({ dataset: { uri: 's3://data/', format: 'jsonl' } })
  expect(await pinDataset(deps, job, never)).toMatchObject({ header: false, width: 1 })
  expect(read).toHaveBeenCalledTimes(1)
})

test('of compressed objects, the decompressed copies are pinned', async () => {
  const { deps, objects, ledger } = createWorld('id,age\n1,2\n')
  const job = jobWith({ dataset: { uri: 's3://data/rows/', compression: 'gzip' } })
  const dataset = await pinDataset(deps, job, never)
  expect(dataset.objects).toEqual([
    { ...objects[0], uri: 's3://work/rows/0.csv', source: objects[0] },
  ])
  expect(await pinDataset(deps, { ...job, dataset: ledger.pin! }, never)).toEqual(dataset)
})

test.for([
  ['gzip', gzipSync('1,2\n')],
  ['zstd', zstdCompressSync('1,2\n')],
  ['none', Buffer.from('1,2\n')],
] as const)('by first bytes of %s, unless said, all are unpacked so', async ([packing, text]) => {
  const { deps } = createWorld('', text.toString('latin1'))
  const unpacked: string[] = []
  const read: Deps['read'] = async (object, { start, end }) =>
    object.source === undefined ? text.subarray(start, end) : Buffer.from('1,2\n')
  const spool: Deps['spool'] = async (originals, compression, signal) => {
    unpacked.push(compression)
    return await deps.spool(originals, compression, signal)
  }
  const dataset = await pinDataset({ ...deps, read, spool }, jobWith(), never)
  expect(dataset.width).toBe(2)
  expect(unpacked).toEqual(packing === 'none' ? [] : [packing])
})

test('packing and columns are told by one read', async () => {
  const { deps } = createWorld('id,age\n1,2\n')
  const read = vi.spyOn(deps, 'read')
  await pinDataset(deps, jobWith(), never)
  expect(read).toHaveBeenCalledTimes(1)
})

test('what is said to be plain is not unpacked', async () => {
  const { deps } = createWorld('1,2\n')
  const read: Deps['read'] = async () => gzipSync('1,2\n')
  const job = jobWith({ dataset: { uri: 's3://data/rows/', compression: 'none' } })
  await expect(pinDataset({ ...deps, read }, job, never)).rejects.toMatchObject({
    code: 'not_text',
  })
})

test('an error in a copy names the object that it was made from', async () => {
  const { deps } = createWorld('a,b\n\u0000,1\n')
  const job = jobWith({ dataset: { uri: 's3://data/rows/', compression: 'gzip' } })
  await expect(pinDataset(deps, job, never)).rejects.toThrow('in s3://data/rows/0.csv')
})

test('JSON lines have no header and a width of one', async () => {
  const text = '{"a":1,"b":2}\n{"a":3,"b":4}\n'
  const dataset = await pinned(jobWith(csv('present', { format: 'jsonl' })), text)
  expect(dataset).toMatchObject({ header: false, width: 1 })
})

test('a job that is pinned already is not pinned anew', async () => {
  const { deps, ledger } = createWorld('id,age\n1,2\n')
  const first = await pinDataset(deps, jobWith(), never)
  const job = jobWith({}, { dataset: ledger.pin! })
  const pin = () => Promise.reject(new Error('looked at the dataset again'))
  expect(await pinDataset({ ...deps, pin }, job, never)).toEqual(first)
})

test('when it dies before the pin is recorded, the next attempt pins', async () => {
  const { deps, ledger } = createWorld('id,age\n1,2\n')
  const recordPin = () => Promise.reject(new Error('killed'))
  await expect(pinDataset({ ...deps, recordPin }, jobWith(), never)).rejects.toThrow('killed')
  await pinDataset(deps, jobWith(), never)
  expect(ledger.pin?.objects).toBe(1)
})
