import type { PreflightReport } from '@millrace/invocation'
import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { judgeReport } from './preflight-rows.ts'

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
