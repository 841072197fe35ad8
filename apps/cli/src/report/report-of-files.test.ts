import { createHash } from 'node:crypto'
import { link, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { readPage } from '@millrace/report'
import { expect, test } from 'vitest'
import type { CliError } from '../cli-error.ts'
import { createWorld, jobWith, temporaryFolder } from '../test-data.fixture.ts'
import { report } from './report.ts'
import type { ReportOptions } from './report-options.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

interface Result {
  readonly text: string
  readonly errors?: string
  readonly spec?: Record<string, unknown>
  readonly header?: boolean
  readonly folder?: string
  readonly history?: readonly { readonly jobId: string }[]
}

/** A result with its manifest, in a folder of its own: gives its path. */
async function resultWith(result: Result): Promise<string> {
  const { text, errors, spec = {}, header = true, history } = result
  const folder = result.folder ?? (await temporaryFolder())
  const uri = pathToFileURL(join(folder, 'scores.csv')).href
  const files = {
    'scores.csv': text,
    ...(errors === undefined ? {} : { 'scores.errors.csv': errors }),
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const base = jobWith().spec
  const manifest = {
    version: 1,
    jobId: 'j-4f2a',
    state: 'succeeded',
    rows: { total: 4, predicted: 4, failed: 0, failedByCode: {} },
    ...{ batches: 7, invocations: 9, throttles: 2, variants: { blue: 7 } },
    dataset: {
      objects: [{ uri: base.dataset.uri, bytes: 40, version: 'v1' }],
      ...{ header, width: 1, digest: 'ab', sha256OfBatches: 'cd' },
    },
    spec: { ...base, ...spec, output: { ...base.output, uri, ...(spec['output'] as object) } },
    // Where it was written; the files have been moved since.
    outputs: Object.entries(files).map(([name, content]) => {
      return { uri: `s3://results/${name}`, bytes: content.length, sha256: sha256(content) }
    }),
    ...(history === undefined ? {} : { history: history.map(layerOf) }),
    times: { created: 1_000, started: 1_001, lastRecorded: 1_060 },
  }
  await writeFile(join(folder, 'scores.manifest.json'), JSON.stringify(manifest))
  return join(folder, 'scores.csv')
}

async function reportOf(path: string, options: Partial<ReportOptions> = {}) {
  const { world, said } = createWorld({})
  const out = path.replace(/csv$/, 'html')
  const costs = { costFalsePositive: 1, costFalseNegative: 1 }
  await report({ ...costs, job: path, out, ...options }, world)
  expect(said()).toBe(`${out}\n`)
  return readPage(await readFile(out, 'utf8'))
}

const layerOf = ({ jobId }: { readonly jobId: string }) => ({
  ...{ jobId, endpoint: jobWith().spec.endpoint, rows: { invoked: 4, predicted: 4 } },
  ...{ invocations: 7, throttles: 0, times: { created: 900 } },
})

const BINARY = 'Prediction,Binary Classification\n0.9,1\n0.2,0\n,\n0.7,1\n'

test('a result is known under a name that its URI writes otherwise', async () => {
  const path = await resultWith({ text: 'Prediction,Binary Classification\n0.9,1\n' })
  const folder = await temporaryFolder()
  const name = 'my scores %41 é'
  const uri = pathToFileURL(join(folder, `${name}.csv`)).href
  const manifest = JSON.parse(await readFile(path.replace(/csv$/, 'manifest.json'), 'utf8'))
  const outputs = [{ ...manifest.outputs[0], uri }]
  await writeFile(join(folder, `${name}.manifest.json`), JSON.stringify({ ...manifest, outputs }))
  await link(path, join(folder, `${name}.csv`))
  await expect(reportOf(join(folder, `${name}.csv`))).resolves.toBeDefined()
})

test('a result and its manifest are enough for a report', async () => {
  const errors =
    'row,object,byte,line,code,message,attempts\n2,"x",9,4,"row_width","has 3 fields",1\n'
  const page = await reportOf(await resultWith({ text: BINARY, errors }))
  expect(page).toMatchObject({
    jobId: 'j-4f2a',
    rows: { total: 4, predicted: 3, failed: 1 },
    ...{ batches: 7, invocations: 9, throttles: 2, variants: { blue: 7 }, endedAt: 1_060 },
    scores: { count: 3, min: 0.2, max: 0.9 },
    failures: [{ code: 'row_width', rows: 1 }],
    timeline: { points: [] },
  })
})

test('a result in a folder of its own has companions of fixed names', async () => {
  const errors =
    'row,object,byte,line,code,message,attempts\n2,"x",9,4,"row_width","has 3 fields",1\n'
  const scores = await resultWith({ text: BINARY, errors })
  const folder = await temporaryFolder()
  const text = await readFile(scores.replace(/csv$/, 'manifest.json'), 'utf8')
  const named = text.replace('/scores.csv', '/result.csv').replace('/scores.errors', '/errors')
  await writeFile(join(folder, 'manifest.json'), named.replace('/scores.csv', '/result.csv'))
  await link(scores, join(folder, 'result.csv'))
  await link(scores.replace(/csv$/, 'errors.csv'), join(folder, 'errors.csv'))
  expect(await reportOf(join(folder, 'result.csv'))).toMatchObject({
    rows: { total: 4, predicted: 3, failed: 1 },
    failures: [{ code: 'row_width', rows: 1 }],
  })
})

test('of a result of one object, names the job that the report is of', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'a', '1.csv.out')
  const outputs = [{ uri: 's3://results/a/1.csv.out', bytes: 4, sha256: sha256('1,1\n') }]
  await mkdir(dirname(path))
  await writeFile(path, '1,1\n')
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ jobId: 'j-4f2a', outputs }))
  await expect(reportOf(path)).rejects.toMatchObject({
    message: `${path}: is one of several results of j-4f2a`,
    hint: 'the report is of all of them: millrace report j-4f2a',
  })
})

test('what was said of a failed row is shown without its guard against spreadsheets', async () => {
  const errors = `row,object,byte,line,code,message,attempts\n2,"x",9,4,"rows_rejected","'=cmd|x",1\n`
  const page = await reportOf(await resultWith({ text: BINARY, errors }))
  expect(page.failures).toMatchObject([
    { code: 'rows_rejected', rows: 1, examples: [{ row: 2, message: '=cmd|x' }] },
  ])
})

test.for([
  ['the result', 'scores.csv', 'is the result itself'],
  ['the result, by another name', 'hard.csv', 'is the result itself'],
  ['the failed rows', 'scores.errors.csv', 'is the file of failed rows itself'],
  ['the manifest', 'scores.manifest.json', 'is the manifest itself'],
  ['the labels', 'labels.csv', 'is the file of labels itself'],
  ['the dataset', 'rows.csv', 'is the dataset itself'],
  ['a folder that is the dataset', 'full/page.html', 'which the run reads', 'full/'],
] as const)('a page over %s is refused', async ([, name, refusal, read = 'rows.csv']) => {
  const folder = await temporaryFolder()
  const dataset = { uri: pathToFileURL(join(folder, read)).href }
  await mkdir(join(folder, 'full'))
  const job = await resultWith({ text: BINARY, errors: 'row\n', spec: { dataset }, folder })
  const [labels, out] = [join(folder, 'labels.csv'), join(folder, name)]
  await writeFile(labels, '1\n0\n1\n1\n')
  await writeFile(join(folder, 'rows.csv'), '1\n')
  await link(job, join(folder, 'hard.csv'))
  const before = await readFile(out, 'utf8').catch(() => undefined)
  const reporting = reportOf(job, { labels, out })
  await expect(reporting).rejects.toMatchObject({
    message: expect.stringContaining(refusal),
    exitCode: 2,
  })
  expect(await readFile(out, 'utf8').catch(() => undefined)).toBe(before)
})

test('to standard output, the page itself is written', async () => {
  const job = await resultWith({ text: BINARY })
  const { world, said } = createWorld({})
  await report({ costFalsePositive: 1, costFalseNegative: 1, job, out: '-' }, world)
  expect(readPage(said())).toMatchObject({ jobId: 'j-4f2a', scores: { count: 3 } })
})

test('a manifest of a job that no door takes any more is read, and so is a newer one', async () => {
  const endpoint = { ...jobWith().spec.endpoint, response: 'column 3', region: 'there' }
  const page = await reportOf(await resultWith({ text: BINARY, spec: { endpoint } }))
  expect(page).toMatchObject({ jobId: 'j-4f2a', scores: { count: 3 } })
})

test('the report of a merged result names the job that was retried', async () => {
  const history = [{ jobId: 'j-1' }, { jobId: 'j-2' }, { jobId: 'j-4f2a' }]
  const page = await reportOf(await resultWith({ text: BINARY, history }))
  expect(page).toMatchObject({ jobId: 'j-4f2a', retryOf: 'j-2' })
})

test('labels are taken from a file, a row each', async () => {
  const path = await resultWith({ text: BINARY })
  const labels = path.replace('scores.csv', 'labels.csv')
  await writeFile(labels, 'late\n1\n0\n1\n1\n')
  expect((await reportOf(path, { labels })).quality).toMatchObject({ kind: 'binary', rocAuc: 1 })
})

test('of labels that are no two classes, the page and standard error say so', async () => {
  const { world, said } = createWorld({})
  const job = await resultWith({ text: BINARY })
  const labels = job.replace('scores.csv', 'labels.csv')
  await writeFile(labels, '1\n17\n0\n-3\n')
  const out = job.replace(/csv$/, 'html')
  await report({ costFalsePositive: 1, costFalseNegative: 1, job, labels, out }, world)
  const doubt = 'the labels have more than two different values (1, 17, -3): rows of all but 1 are'
  expect(said()).toBe(`${doubt} taken for one class\n${out}\n`)
  expect(readPage(await readFile(out, 'utf8')).quality).toMatchObject({
    labels: { positive: '1', first: ['1', '17', '-3'] },
  })
})

test.for([
  ['a label too many', '1\n0\n1\n1\n0\n', '5 labels', /first line, "1", is a header/],
  ['a number as its header', '0\n1\n0\n1\n1\n', '5 labels', /first line, "0", is a header/],
  ['several too many', 'late\n1\n0\n1\n1\n0\n0\n', '6 labels', /^$/],
  ['a label too few', 'late\n1\n0\n1\n', '3 labels', /blank line is no row/],
  ['words and no header', 'rare\nyes\nno\nyes\n', '3 labels', /"rare", was taken for a header/],
  ['two labels too few', 'late\n1\n0\n', '2 labels', /^a row without a label/],
] as const)('a file of labels with %s is refused', async ([, text, found, hint]) => {
  const path = await resultWith({ text: BINARY })
  const labels = path.replace('scores.csv', 'labels.csv')
  await writeFile(labels, text)
  const error = await reportOf(path, { labels }).catch((reason: unknown) => reason as CliError)
  expect(error).toHaveProperty('message', `${labels}: has ${found}, the dataset has 4 rows`)
  expect((error as CliError).hint ?? '').toMatch(hint)
})

test.for([
  ['empty', Buffer.alloc(0), /is empty$/, /a row for each row/],
  [
    'packed',
    gzipSync('1\n0\n1\n1\n'),
    /the object is gzip-compressed/,
    /^unpack or convert it first/,
  ],
  ['JSON lines', Buffer.from('{"late":1}\n'), /looks like JSON/, /^labels are a CSV/],
] as const)('a file of labels that is %s is refused as such', async ([, bytes, words, hint]) => {
  const path = await resultWith({ text: BINARY })
  const labels = path.replace('scores.csv', 'labels.csv')
  await writeFile(labels, bytes)
  await expect(reportOf(path, { labels })).rejects.toMatchObject({
    message: expect.stringMatching(words),
    hint: expect.stringMatching(hint),
  })
})

test('labels are taken from a joined column, and predictions from the end', async () => {
  const text = 'Prediction;late;Prediction;Binary Classification\n9;1;0.9;1\n9;1;0.2;0\n9;0;0.3;0\n'
  const spec = {
    dataset: { uri: 'file:///rows.csv', csv: { delimiter: ';' } },
    output: { join: 'all' },
  }
  const page = await reportOf(await resultWith({ text, spec }), { labels: 'late' })
  expect(page.scores).toMatchObject({ count: 3, max: 0.9 })
  expect(page.quality).toMatchObject({ rocAuc: 0.5 })
})

test('a joined result without a header is read by its width', async () => {
  const spec = { output: { join: 'all' } }
  const page = await reportOf(await resultWith({ text: '7,0.9,1\n7,0.1,0\n', spec, header: false }))
  expect(page.scores).toMatchObject({ count: 2, min: 0.1, max: 0.9 })
})

test.for([
  ['each', 'Probability a,Probability b,Classification\n0.1,0.9,b\n0.8,0.2,a\n'],
  ['winner', 'Classification,Probability\nb,0.9\na,0.8\n'],
] as const)(
  'of several classes with %s probability, classes are counted',
  async ([which, text]) => {
    const decision = { kind: 'multiclass', labels: ['a', 'b'], probabilities: which }
    const page = await reportOf(await resultWith({ text, spec: { decision } }))
    expect(page.classes).toEqual([
      { label: 'b', rows: 1 },
      { label: 'a', rows: 1 },
    ])
    expect(page.scores).toMatchObject({ count: 2, min: 0.8, max: 0.9 })
  },
)

test('a result that was changed is refused', async () => {
  const path = await resultWith({ text: BINARY })
  await writeFile(path, BINARY.replace('0.9', '0.8'))
  await expect(reportOf(path)).rejects.toThrow('is not the file that its manifest vouches for')
})

test('a result without a manifest is refused', async () => {
  const path = join(await temporaryFolder(), 'scores.csv')
  await writeFile(path, BINARY)
  await expect(reportOf(path)).rejects.toThrow('has no manifest scores.manifest.json beside it')
})

test('a result that is no plain CSV is refused, and told what to do', async () => {
  const path = await resultWith({ text: '{}\n', spec: { output: { format: 'jsonl' } } })
  await expect(reportOf(path)).rejects.toMatchObject({
    message: expect.stringContaining('is jsonl, and a report is drawn from plain CSV only'),
    hint: expect.stringContaining('millrace export j-4f2a --format csv'),
  })
})

test('labels that are neither a file nor a column are refused', async () => {
  const path = await resultWith({ text: BINARY })
  await expect(reportOf(path, { labels: 'churned' })).rejects.toMatchObject({
    message: 'churned: is neither a file nor a column of the result',
    hint: 'its columns: Prediction, Binary Classification; of the dataset’s, name the job: millrace report j-4f2a --labels "churned"',
  })
})

test('a folder is no file of labels', async () => {
  const path = await resultWith({ text: BINARY })
  const labels = dirname(path)
  await expect(reportOf(path, { labels })).rejects.toThrow(`${labels}: is neither a file nor`)
})
