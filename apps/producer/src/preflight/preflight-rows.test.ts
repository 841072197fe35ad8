import { InvocationError, type Invoke, type PreflightReport } from '@millrace/invocation'
import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { judgeReport, preflightRows } from './preflight-rows.ts'
import { jobWith, never } from '../test-data.fixture.ts'

const spec = jobSpecSchema.parse({
  version: 1,
  dataset: { uri: 's3://tables/data.csv' },
  endpoint: { name: 'species' },
  decision: { kind: 'none' },
  output: { uri: 's3://results/scores' },
})
const table = { objects: [], header: true, columns: ['a', 'b'], width: 2 }

const probe = { body: Buffer.from('5.1,3.5\n'), inputRowBytes: 10, joinedRowBytes: 0 }

const answered = (prediction: string): PreflightReport & { kind: 'ready' } => ({
  kind: 'ready',
  layout: 'lines',
  rowsAnswered: 1,
  rowsRefused: 0,
  example: prediction,
  predictions: Buffer.from(prediction),
  answerBytes: prediction.length,
  latencyMs: 1,
  bytesPerRow: 10,
})

test('an answer that a result can be made of is judged as it came', () => {
  const report = answered('0.25')
  expect(judgeReport(report, spec, table, probe)).toBe(report)
})

test('an answer too large for a batch of a thousand rows is told before they are invoked', () => {
  const problem = expect.stringMatching(
    /^species answers 100001 bytes .* set batching.rows to 167.$/,
  )
  const judged = judgeReport(answered('x'.repeat(100_000)), spec, table, probe)
  expect(judged).toEqual({ kind: 'wrong', problems: [problem] })
})

test('a result larger than an object that is written is told before a row of it is paid for', () => {
  const objects = [{ uri: 's3://tables/data.csv', bytes: 2e12, version: 'v1' }]
  const problem = expect.stringContaining('output.files: per_object')
  const judged = judgeReport(answered('0.25'), spec, { ...table, objects }, probe)
  expect(judged).toEqual({ kind: 'wrong', problems: [problem] })
})

test('a label beside a number that would be decided on is told before a row is paid for', () => {
  const choice = { kind: 'label', number: 'json:[].score', label: 'json:[].label' } as const
  const report: PreflightReport = { ...answered('0.999'), choice }
  const deciding = { ...spec, decision: { ...spec.decision, kind: 'binary' as const } }
  const problem = expect.stringMatching(/set endpoint.response to json:\[\].label with/)
  expect(judgeReport(report, deciding, table, probe)).toEqual({
    kind: 'wrong',
    problems: [problem],
  })
  expect(judgeReport(report, spec, table, probe)).toBe(report)
})

test.for([
  [{ kind: 'multiclass' as const }, 3],
  [{ kind: 'none' as const }, undefined],
] as const)('of a decision %o, %s classes are reported', async ([decision, classes]) => {
  const body = Buffer.from('1,2\n3,4\n5,6\n')
  const answer = Buffer.from('[{"p":[0.1,0.9]},{"p":[0,0,1]},{"p":[1,0,0]}]')
  const invoke: Invoke = async () => ({
    body: answer,
    contentType: 'application/json',
    durationMs: 1,
  })
  const offsets = Uint32Array.of(0, 4, 8, 12)
  const rows = { ...probe, body, rows: 3, left: [], rowOffsets: () => offsets }
  const deps = { invokeFor: () => invoke, region: 'eu-west-1', logger: { info() {}, warn() {} } }
  const endpoint = { name: 'species', response: 'json:[].p' }
  const report = await preflightRows(deps, jobWith({ decision, endpoint }), table, rows, never)
  expect(report).toMatchObject({ kind: 'ready', preflight: { rows: 3 } })
  expect('classes' in report ? report.classes : undefined).toBe(classes)
})

test('asks whether it takes more columns by the delimiter of the table', async () => {
  const asked: string[] = []
  const invoke: Invoke = async ({ body }) => {
    const text = Buffer.from(body).toString()
    asked.push(text)
    if (text.split(';').length > 3) throw new InvocationError('rows_rejected', 'species', '')
    return { body: Buffer.from('0.5\n'), contentType: 'text/csv', durationMs: 1 }
  }
  const job = jobWith({ dataset: { uri: 's3://tables/data.csv', csv: { delimiter: ';' } } })
  const body = Buffer.from('5.1;3.5;2.5\n')
  const offsets = Uint32Array.of(0, body.length)
  const rows = { ...probe, body, rows: 1, left: [], rowOffsets: () => offsets }
  const deps = { invokeFor: () => invoke, region: 'eu-west-1', logger: { info() {}, warn() {} } }
  const report = await preflightRows(deps, job, { ...table, width: 3 }, rows, never)
  expect(report).toMatchObject({ kind: 'ready' })
  expect(asked.toSorted()).toEqual(['5.1;3.5;2.5\n', '5.1;3.5;2.5;0\n'])
})
