import { readLines } from '@millrace/predictions'
import { describe, expect, test } from 'vitest'
import { createReport } from './collect-report.ts'
import { createDurationSketch } from './duration-sketch.ts'
import { readScores } from './read-scores.ts'
import type { ReportFacts } from './report-data.ts'

const binary = { kind: 'binary', threshold: 0.5, labels: ['no', 'yes'] } as const
const facts: Omit<ReportFacts, 'decision'> = {
  jobId: 'job',
  state: 'succeeded',
  endpoint: 'churn',
  variants: {},
  dataset: 's3://data/rows.csv',
  invocations: 3,
  createdAt: 100,
  endedAt: 200,
  outputs: [],
}
const failure = (row: number, message: string, code = 'row_refused') => ({ row, code, message })

describe('a report', () => {
  test('adds rows, failures and throttles up', () => {
    const report = createReport(binary)
    const scores = Float64Array.of(0.2, Number.NaN, 0.9)
    report.add({
      scores,
      failures: [failure(1, 'odd')],
      throttles: 2,
      durationMs: 8,
      recordedAt: 150,
    })
    report.add({ scores: Float64Array.of(Number.NaN, 0.4), failures: [], throttles: 1 })
    const data = report.finish(facts)

    expect(data.rows).toEqual({ total: 5, predicted: 4, failed: 1 })
    expect([data.batches, data.throttles]).toEqual([2, 3])
    expect(data.scores).toMatchObject({ count: 3, notNumbers: 1, min: 0.2, max: 0.9, mean: 0.5 })
    expect(data.timeline.points).toEqual([
      { at: 150, rows: 3, batches: 1, throttles: 2, p50Ms: 8, p95Ms: 8 },
    ])
  })

  test('keeps five different messages of a code and the row of each', () => {
    const report = createReport(binary)
    const failures = Array.from({ length: 40 }, (_, row) => failure(row, `message ${row % 8}`))
    report.add({ scores: new Float64Array(40).fill(Number.NaN), failures })
    const [group] = report.finish(facts).failures

    expect(group?.rows).toBe(40)
    expect(group?.examples).toEqual(
      [0, 1, 2, 3, 4].map((row) => ({ row, message: `message ${row}` })),
    )
  })

  test('of endless codes, stays small', () => {
    const report = createReport(binary)
    for (let row = 0; row < 500; row += 1) {
      report.add({
        scores: Float64Array.of(Number.NaN),
        failures: [failure(row, 'x', `code ${row}`)],
      })
    }
    const { failures } = report.finish(facts)

    expect(failures).toHaveLength(51)
    expect(failures[0]).toMatchObject({ code: 'other', rows: 450 })
  })

  test('of endless classes, names the most frequent and counts the rest', () => {
    const report = createReport({ ...binary, kind: 'multiclass' })
    const classes = Array.from({ length: 300 }, (_, index) =>
      index < 200 ? 'cat' : `rare ${index}`,
    )
    report.add({ scores: new Float64Array(300).fill(0.6), failures: [], classes })
    const counted = report.finish(facts).classes

    expect(counted).toHaveLength(41)
    expect(counted[0]).toEqual({ label: 'cat', rows: 200 })
    expect(counted.at(-1)).toEqual({ label: '(others)', rows: 61 })
  })

  test('of a long job, joins seconds until they are few, in any order', () => {
    const add = (seconds: readonly number[]) => {
      const report = createReport(binary)
      for (const recordedAt of seconds) {
        report.add({ scores: Float64Array.of(0.5), failures: [], durationMs: 10, recordedAt })
      }
      return report.finish(facts).timeline
    }
    const seconds = Array.from({ length: 1_000 }, (_, index) => 5_000 + index)
    const timeline = add(seconds)

    expect(timeline.bucketSeconds).toBe(8)
    expect(timeline.points.length).toBeLessThanOrEqual(240)
    expect(timeline.points.reduce((sum, { rows }) => sum + rows, 0)).toBe(1_000)
    expect(add(seconds.toReversed())).toEqual(timeline)
  })
})

test('a sketch of durations is right to 2.5 percent, merged too', () => {
  const [odd, even] = [createDurationSketch(), createDurationSketch()]
  for (let ms = 1; ms <= 10_000; ms += 1) (ms % 2 === 0 ? even : odd).add(ms)
  odd.merge(even)

  expect(Math.abs(odd.quantile(0.5) / 5_000 - 1)).toBeLessThan(0.026)
  expect(Math.abs(odd.quantile(0.95) / 9_500 - 1)).toBeLessThan(0.026)
  expect(odd.quantile(1)).toBeLessThanOrEqual(10_000)
})

test.for([
  ['0.25\n\n1e-05', [0.25, Number.NaN, 0.00001]],
  ['nan\nNaN\ninf\n-Infinity', [Number.NaN, Number.NaN, Infinity, -Infinity]],
  ['yes\n ', [Number.NaN, Number.NaN]],
] as const)('the scores of %j are %j', ([text, scores]) => {
  expect([...readScores(binary, readLines(Buffer.from(text))).scores]).toEqual(scores)
})

test('of several numbers in a row, the greatest decides', () => {
  const decision = { kind: 'multiclass', threshold: 0.5, labels: ['a', 'b'] } as const
  const text = '0.1,0.7,0.2\n[0.5, 0.4]\n"[1, 2]"\n\n0.5,nan\n0.3,0.3'
  expect(readScores(decision, readLines(Buffer.from(text)))).toEqual({
    scores: Float64Array.of(0.7, 0.5, 2, Number.NaN, Number.NaN, 0.3),
    classes: ['b', 'a', 'b', '', '', 'a'],
  })
})
