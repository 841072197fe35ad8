import { createHash } from 'node:crypto'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { JobSpecInput } from '@millrace/job'
import { readPage } from '@millrace/report'
import { StorageError } from '@millrace/storage'
import { describe, expect, test } from 'vitest'
import type { Manifest } from './files/manifest.ts'
import { jobWith, linesOf, never, partOf, planOf, runsOf, streamOf } from './test-data.fixture.ts'
import {
  RESULT,
  ERRORS,
  MANIFEST,
  REPORT,
  dataset,
  plan,
  sound,
  failing,
  createWorld,
  jobOf,
} from './write-result.fixture.ts'
import { type Deps, writeResult } from './write-result.ts'

const joined = { output: { uri: RESULT, join: 'all' as const } }

test('when each row is predicted, writes result and manifest, and no errors', async () => {
  const { deps, visible, log, inputReads } = createWorld(sound)
  const summary = await writeResult(deps, jobOf(), never)
  expect(summary).toEqual({ rows: 4, failedRows: 0, resultUri: RESULT, manifestUri: MANIFEST })
  expect(visible.get(RESULT)).toBe('Prediction,Binary Classification\n0.9,1\n0.1,0\n0.5,0\n0.6,1\n')
  expect([...visible.keys()]).toEqual([RESULT, REPORT, MANIFEST])
  expect(log).toContain(`abort ${ERRORS}`)
  expect(inputReads()).toBe(0)
})

test('when rows failed, tells where each of them lies and why', async () => {
  const { deps, visible } = createWorld(failing)
  expect(await writeResult(deps, jobOf(), never)).toMatchObject({ rows: 4, failedRows: 2 })
  expect(visible.get(RESULT)).toBe('Prediction,Binary Classification\n0.9,1\n,\n,\n0.6,1\n')
  expect(visible.get(ERRORS)).toBe(
    'row,object,byte,line,code,message,attempts\n' +
      '1,"s3://data/ro""ws.csv",4,2,"row_width","too ""wide""",1\n' +
      '2,"s3://data/ro""ws.csv",8,3,"row_width","too ""wide""",1\n',
  )
})

describe('when the dataset is not there any more as it was', () => {
  const gone = new StorageError('object_changed', 'read', 's3://data/rows.csv', 'another version')
  const { deps, visible } = createWorld(failing)
  const world = {
    ...deps,
    input: () => Promise.reject(gone),
    stream: async function* () {
      yield* []
      throw gone
    },
  }
  const exported = (output: Partial<JobSpecInput['output']> = {}) => ({
    ...jobOf({ output: { uri: RESULT, ...output } }),
    exportId: 'x-1' as const,
  })

  test('an export has each prediction, and leaves out where failed rows begin', async () => {
    expect(await writeResult(world, exported(), never)).toMatchObject({ rows: 4, failedRows: 2 })
    expect(visible.get(RESULT)).toBe('Prediction,Binary Classification\n0.9,1\n,\n,\n0.6,1\n')
    expect(visible.get(ERRORS)).toBe(
      'row,object,byte,line,code,message,attempts\n' +
        '1,"s3://data/ro""ws.csv",,,"row_width","too ""wide""",1\n' +
        '2,"s3://data/ro""ws.csv",,,"row_width","too ""wide""",1\n',
    )
  })

  test.for([
    ['an export that joins it', exported({ join: 'all' })],
    ['an export of the failed rows themselves', exported({ errors: { row: true } })],
    ['the job itself', jobOf()],
  ] as const)('%s fails', async ([, wanted]) => {
    await expect(writeResult(world, wanted, never)).rejects.toBe(gone)
  })

  test('an export that only cannot read it now fails, and is made again', async () => {
    const away = new StorageError('unavailable', 'read', 's3://data/rows.csv', 'no answer')
    const input = () => Promise.reject(away)
    await expect(writeResult({ ...world, input }, exported(), never)).rejects.toBe(away)
  })
})

describe('when a row that stands alone has failed', () => {
  const alone = planOf(1, 2, 1)
  const parts = [partOf(alone[0]!, ['']), partOf(alone[1]!, ['0.9', '']), partOf(alone[2]!, [''])]
  const errorsOf = async (output: Partial<JobSpecInput['output']>) => {
    const { deps, visible, inputReads } = createWorld(parts)
    const job = jobWith({ output: { uri: RESULT, ...output } }, { plan: { batches: 3, rows: 4 } })
    const planned = () => runsOf(alone)
    await writeResult({ ...deps, planned }, { job, spec: job.spec }, never)
    const rows = (visible.get(ERRORS) ?? '').split('\n').slice(1, -1)
    return { errors: rows.map((row) => row.replace(/"s3.*wide"+/, '…')), inputReads }
  }

  test('it is not read, and told by where its batch begins', async () => {
    const { errors, inputReads } = await errorsOf({})
    expect(errors).toEqual(['0,…,1', '2,…,1', '3,…,1'])
    expect(inputReads()).toBe(1)
  })

  test('it is read to be written itself', async () => {
    const { errors, inputReads } = await errorsOf({ errors: { row: true } })
    expect(errors).toEqual(['0,…,1,"1,2"', '2,…,1,"5,6"', '3,…,1,"7,8"'])
    expect(inputReads()).toBe(1)
  })
})

test('joined, copies the bytes of the input beside the predictions', async () => {
  const { deps, visible, inputReads } = createWorld(failing)
  await writeResult(deps, jobOf(joined), never)
  expect(visible.get(RESULT)).toBe('1,2,0.9,1\n3,4,,\n5,6,,\n7,8,0.6,1\n')
  expect(inputReads()).toBe(1)
})

test('joined, header and rows are those of the dataset, and all of them end alike', async () => {
  const { deps, visible } = createWorld(sound)
  const table = Buffer.from('na"me,pr\xe4d\r\n1,2\r\n3,4\r\n5,6\r\n7,8', 'latin1')
  const object = { uri: 's3://data/rows.csv', bytes: table.length, version: 'v1' }
  const written: Buffer[] = []
  const begin = table.indexOf('1,2')
  const planned = [
    { ...plan[0]!, bytes: { start: begin, end: begin + 10 } },
    { ...plan[1]!, bytes: { start: begin + 10, end: table.length } },
  ]
  const world: Deps = {
    ...deps,
    dataset: async () => ({ ...dataset, objects: [object], header: true, columns: ['na"me', '?'] }),
    planned: () => runsOf(planned),
    input: async (_, { bytes }, target) => target.set(table.subarray(bytes.start, bytes.end)),
    createWriter: async (uri, signal) => {
      const writer = await deps.createWriter(uri, signal)
      const write = async (bytes: Uint8Array) => {
        if (uri === RESULT) written.push(Buffer.from(bytes))
        await writer.write(bytes)
      }
      return { ...writer, write }
    },
  }
  await writeResult(world, jobOf(joined), never)
  expect(Buffer.concat(written).toString('latin1')).toBe(
    [
      'na"me,pr\xe4d,Prediction,Binary Classification',
      '1,2,0.9,1',
      '3,4,0.1,0',
      '5,6,0.5,0',
      '7,8,0.6,1',
      '',
    ].join('\r\n'),
  )
  expect(visible.has(MANIFEST)).toBe(true)
})

test('errors become visible before the result, and the manifest last', async () => {
  const { deps, log } = createWorld(failing)
  await writeResult(deps, jobOf(), never)
  expect(log).toEqual([ERRORS, RESULT, REPORT, MANIFEST].map((uri) => `commit ${uri}`))
})

test('the manifest has the hash and size of each file as it lies there', async () => {
  const { deps, visible } = createWorld(failing)
  await writeResult(deps, jobOf(joined), never)
  const { outputs } = JSON.parse(visible.get(MANIFEST) ?? '') as Manifest
  expect(outputs).toEqual(
    [RESULT, ERRORS, REPORT].map((uri) => {
      const bytes = Buffer.from(visible.get(uri) ?? '')
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      return { uri, bytes: bytes.length, sha256 }
    }),
  )
})

test('the report tells of scores, failures and files what the manifest does', async () => {
  const { deps, visible } = createWorld(failing)
  await writeResult(deps, jobOf(), never)
  const report = readPage(visible.get(REPORT) ?? '')
  const { rows, outputs } = JSON.parse(visible.get(MANIFEST) ?? '') as Manifest

  expect(report.rows).toEqual({ total: 4, predicted: 2, failed: 2 })
  expect(report.scores).toMatchObject({ count: 2, notNumbers: 0, min: 0.6, max: 0.9 })
  expect(report.failures).toMatchObject([{ code: 'row_width', rows: 2 }])
  expect(report.rows.failed).toBe(rows.failed)
  expect(report.outputs.map(({ sha256 }) => sha256)).toEqual(
    outputs.slice(0, 2).map(({ sha256 }) => sha256),
  )
})

test.for([
  ['a part is missing', [sound[0]!]],
  ['the last part is of other rows', [sound[0]!, { ...sound[1]!, rows: { start: 3, end: 5 } }]],
  ['a prediction is missing', [sound[0]!, { ...sound[1]!, lines: linesOf('0.5') }]],
] as const)('when %s, nothing is visible and nothing is left open', async ([, parts]) => {
  const { deps, visible, log } = createWorld(parts)
  await expect(writeResult(deps, jobOf(), never)).rejects.toMatchObject({ name: 'AccountingError' })
  expect(visible.size).toBe(0)
  expect(log.toSorted()).toEqual([`abort ${RESULT}`, `abort ${ERRORS}`].toSorted())
})

test('when aborted, nothing is visible', async () => {
  const { deps, visible, log } = createWorld(sound)
  const stop = AbortSignal.abort(new Error('drained'))
  await expect(writeResult(deps, jobOf(), stop)).rejects.toThrow('drained')
  expect(visible.size).toBe(0)
  expect(log).toHaveLength(2)
})

test('run again, it writes the same bytes', async () => {
  const [once, again] = [createWorld(failing), createWorld(failing)]
  await writeResult(once.deps, jobOf(joined), never)
  await writeResult(again.deps, jobOf(joined), never)
  expect([...again.visible]).toEqual([...once.visible])
})

test('without failures, the errors of an earlier result are removed', async () => {
  const { deps, visible } = createWorld(sound)
  visible.set(ERRORS, 'row,object,byte,code,message\n')
  await writeResult(deps, jobOf(), never)
  expect([...visible.keys()]).toEqual([RESULT, REPORT, MANIFEST])
})

test('when the result cannot be made visible, there is no manifest to vouch for it', async () => {
  const { deps, visible } = createWorld(sound)
  const createWriter: Deps['createWriter'] = async (uri, signal) => {
    const writer = await deps.createWriter(uri, signal)
    if (uri !== RESULT) return writer
    return { ...writer, commit: () => Promise.reject(new Error('503')) }
  }
  await expect(writeResult({ ...deps, createWriter }, jobOf(), never)).rejects.toThrow('503')
  expect(visible.size).toBe(0)
})

test('a job of no rows has a result of no rows', async () => {
  const { deps, visible } = createWorld([])
  const job = jobWith({}, { plan: { batches: 0, rows: 0 } })
  const empty = { job, spec: job.spec }
  const summary = await writeResult({ ...deps, planned: () => streamOf([]) }, empty, never)
  expect(summary).toMatchObject({ rows: 0, failedRows: 0 })
  expect(visible.get(RESULT)).toBe('Prediction,Binary Classification\n')
})

test('with a result for each object, each has its rows and a header of its own', async () => {
  const { deps, visible, log } = createWorld(failing)
  const objects = ['a', 'b/empty', 'b/c'].map((name) => ({
    uri: `s3://data/${name}.csv`,
    bytes: 8,
    version: 'v1',
  }))
  const planned = [plan[0]!, { ...plan[1]!, object: 2, bytes: { start: 0, end: 8 } }]
  const many: Deps = {
    ...deps,
    dataset: async () => ({ ...dataset, objects }),
    planned: () => runsOf(planned),
  }
  const output = { uri: 's3://results/churn/', files: 'per_object' as const }
  const summary = await writeResult(many, jobOf({ output }), never)
  expect(summary.resultUri).toBe('s3://results/churn/')
  const header = 'Prediction,Binary Classification\n'
  expect(visible.get('s3://results/churn/a.csv.out')).toBe(`${header}0.9,1\n,\n`)
  expect(visible.get('s3://results/churn/b/empty.csv.out')).toBe(header)
  expect(visible.get('s3://results/churn/b/c.csv.out')).toBe(`${header},\n0.6,1\n`)
  expect(log.at(-1)).toBe('commit s3://results/churn/manifest.json')
  const { outputs } = JSON.parse(visible.get('s3://results/churn/manifest.json') ?? '') as Manifest
  expect(outputs.map(({ uri }) => uri.slice('s3://results/churn/'.length))).toEqual([
    'a.csv.out',
    'b/empty.csv.out',
    'b/c.csv.out',
    'errors.csv',
    'report.html',
  ])
})

test('with a result for each object, nothing is written before all rows balance', async () => {
  const { deps, visible, log } = createWorld([sound[0]!])
  const output = { uri: 's3://results/churn/', files: 'per_object' as const }
  await expect(writeResult(deps, jobOf({ output }), never)).rejects.toThrow('batch 1 has no part')
  expect({ visible: visible.size, log }).toEqual({ visible: 0, log: [] })
})

test.for([
  ['gzip', gunzipSync],
  ['zstd', zstdDecompressSync],
] as const)('a %s result holds the same rows', async ([compression, decompress]) => {
  const { deps, visible } = createWorld(sound)
  const pieces: Buffer[] = []
  const createWriter: Deps['createWriter'] = async (uri, signal) => {
    const writer = await deps.createWriter(uri, signal)
    if (uri !== RESULT) return writer
    return { ...writer, write: async (bytes) => void pieces.push(Buffer.from(bytes)) }
  }
  const output = { uri: RESULT, compression }
  await writeResult({ ...deps, createWriter }, jobOf({ output }), never)
  const bytes = Buffer.concat(pieces)
  expect(String(decompress(bytes))).toBe(
    'Prediction,Binary Classification\n0.9,1\n0.1,0\n0.5,0\n0.6,1\n',
  )
  const { outputs } = JSON.parse(visible.get(MANIFEST) ?? '') as Manifest
  expect(outputs[0]?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
})

test('when a compressed result cannot be written, the reason is told', async () => {
  const { deps, log } = createWorld(sound)
  const createWriter: Deps['createWriter'] = async (uri, signal) => {
    const writer = await deps.createWriter(uri, signal)
    return { ...writer, write: () => Promise.reject(new Error('no space')) }
  }
  const output = { uri: RESULT, compression: 'gzip' as const }
  await expect(writeResult({ ...deps, createWriter }, jobOf({ output }), never)).rejects.toThrow(
    'no space',
  )
  expect(log).toContain(`abort ${RESULT}`)
})

test('a result over an object of the dataset is not begun', async () => {
  const { deps, visible, log } = createWorld(sound)
  const read = { uri: 's3://data/all.manifest' }
  const wanted = jobOf({ dataset: read, output: { uri: 's3://data/ro"ws.csv' } })
  await expect(writeResult(deps, wanted, never)).rejects.toMatchObject({ code: 'output_taken' })
  expect([...visible.keys(), ...log]).toEqual([])
})
