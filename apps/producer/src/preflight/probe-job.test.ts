import type { JobSpecInput, PinnedObject } from '@millrace/job'
import type { ModelRows } from '@millrace/predictions'
import { expect, test } from 'vitest'
import { type ProbeReport, probeJob } from './probe-job.ts'
import { jobWith, never, objectsOf } from '../test-data.fixture.ts'

const shown = { rows: 20, latencyMs: 48, bytesSent: 80, bytesAnswered: 380 }

/** Probes a dataset of one object with this text, or of several; answers what the endpoint was asked. */
async function probe(
  text: string | readonly string[],
  dataset: Partial<JobSpecInput['dataset']> = {},
  report: ProbeReport = { kind: 'ready', preflight: shown },
  facts: object = {},
) {
  const texts = [text].flat()
  const objects = objectsOf(...texts)
  const asked: ModelRows[] = []
  const deps = {
    read: async (object: PinnedObject, { start, end }: { start: number; end: number }) =>
      Buffer.from(texts[objects.indexOf(object)] ?? '').subarray(start, end),
    preflight: async (_: unknown, __: unknown, rows: ModelRows) => {
      asked.push(rows)
      return report
    },
  }
  const job = jobWith({ dataset: { uri: 's3://data/rows/', ...dataset } })
  await probeJob(deps, job, { objects, header: false, width: 2, ...facts }, never)
  return asked.map(({ body, rows }) => [Buffer.from(body).toString(), rows])
}

test('asks with the first twenty rows', async () => {
  expect(await probe('1,2\n'.repeat(50))).toEqual([['1,2\n'.repeat(20), 20]])
})

test('neither header, blank lines nor odd rows are sent', async () => {
  const facts = { header: true, columns: ['id', 'age'] }
  expect(await probe('id,age\n1,2\n\n3\n4,5\n', {}, undefined, facts)).toEqual([['1,2\n4,5\n', 2]])
})

const long = 'x'.repeat(600_000)

test.for([
  ['a row that the head cuts off', `${long},1\n${long},2\n3,4\n`, [[`${long},1\n`, 1]]],
  ['a first row that is larger than a head', `${long}${long},1\n3,4\n`, []],
] as const)('%s is not sent', async ([, text, asked]) => {
  expect(await probe(text)).toEqual(asked)
})

test('with a header that is larger than a head, nothing is asked', async () => {
  const facts = { header: true, columns: [long + long, 'age'] }
  expect(await probe(`${long}${long},age\n3,4\n`, {}, undefined, facts)).toEqual([])
})

test('behind an object of a header alone, those of the next are sent', async () => {
  const facts = { header: true, columns: ['id', 'age'] }
  const texts = ['id,age\n', '', 'id,age\n\n', 'id,age\n1,2\n']
  expect(await probe(texts, {}, undefined, facts)).toEqual([['1,2\n', 1]])
  expect(await probe(['id,age\n', 'id,age'], {}, undefined, facts)).toEqual([])
})

test('only the features are sent', async () => {
  expect(await probe('1,2\n3,4\n', { features: { include: [1] } })).toEqual([['2\n4\n', 2]])
})

test('a line that is no JSON is not sent', async () => {
  const facts = { width: 1 }
  const asked = await probe('{"a":1}\n{"a":\n[2]\n', { format: 'jsonl' }, undefined, facts)
  expect(asked).toEqual([['{"a":1}\n[2]\n', 2]])
})

test('behind rows that cannot be sent, those that can are', async () => {
  const text = `${'1\n'.repeat(500)}1,2\n3\n4,5\n`
  expect(await probe(text)).toEqual([['1,2\n4,5\n', 2]])
  expect(await probe(['1\n2\n', '3,4\n'])).toEqual([['3,4\n', 1]])
  expect(await probe(['{\n', '{}\n'], { format: 'jsonl' }, undefined, { width: 1 })).toEqual([
    ['{}\n', 1],
  ])
})

test('of a table that goes on behind a few that cannot be sent, nothing is asked', async () => {
  const long = `${'x'.repeat(9_000)}\n`
  expect(await probe(long.repeat(200))).toEqual([])
  expect(await probe(Array(101).fill('1\n'))).toEqual([])
  await expect(probe('1\n'.repeat(600_000))).rejects.toThrow('None of the first 1000 rows can be')
})

test.for<[string, string, Partial<JobSpecInput['dataset']>, object, RegExp]>([
  [
    'fields',
    'id,age\n1,2,3\n4,5,6\n',
    {},
    { header: true, columns: ['id', 'age'] },
    /^plan: None of the first 2 rows can be sent to .* \(row_width: 3 fields, wanted 2\)\. Give the header as many fields/,
  ],
  [
    'quotes',
    '"1,2',
    {},
    {},
    /^plan: The first row cannot be sent to .* \(row_width: 1 field, wanted 2\)\. Give the first row/,
  ],
  [
    'JSON',
    '{\n"a":1\n}\n',
    { format: 'jsonl' },
    { width: 1 },
    /\(row_malformed: .*one line of JSON/,
  ],
])('where none of them can be sent for its %s, the job is told', async (told) => {
  const [, text, dataset, facts, message] = told
  await expect(probe(text, dataset, undefined, facts)).rejects.toMatchObject({
    code: 'preflight_failed',
    message: expect.stringMatching(message),
  })
})

test.for<[string, ProbeReport & { kind: 'wrong' }, RegExp]>([
  [
    'the endpoint refuses the rows, text among the features',
    { kind: 'wrong', problems: ['It says no.'], isOfRows: true },
    /^plan: It says no\. There is text in city: /,
  ],
  [
    'it takes them, nothing but what is wrong with its answer',
    { kind: 'wrong', problems: ['It answers a label.'] },
    /^plan: It answers a label\.$/,
  ],
])('when %s is named', async ([, wrong, message]) => {
  const facts = { header: true, columns: ['city', 'age'] }
  await expect(probe('city,age\nBonn,2\n', {}, wrong, facts)).rejects.toMatchObject({
    code: 'preflight_failed',
    message: expect.stringMatching(message),
  })
})

test.for<[JobSpecInput['output']['join'], number]>([
  ['none', 0],
  ['all', 8],
  [['note'], 6],
])('joining %j, tells what of a row the result takes over', async ([join, joinedRowBytes]) => {
  const text = '1,wide!\n'
  const job = jobWith({ output: { uri: 's3://results/scores.csv', join } })
  const dataset = { objects: objectsOf(text), header: false, columns: ['id', 'note'], width: 2 }
  let seen: ModelRows | undefined
  const preflight = async (_: unknown, __: unknown, rows: ModelRows): Promise<ProbeReport> => {
    seen = rows
    return { kind: 'ready', preflight: shown }
  }
  await probeJob({ read: async () => Buffer.from(text), preflight }, job, dataset, never)
  expect(seen).toMatchObject({ inputRowBytes: 8, joinedRowBytes })
})
