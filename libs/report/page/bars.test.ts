import { expect, test } from 'vitest'
import { createReport } from '../src/collect-report.ts'
import type { Decision } from '../src/report-data.ts'
import { seeded } from '../src/seeded.fixture.ts'
import { barsOf } from './bars.ts'

const facts = {
  ...{
    jobId: 'j-1',
    state: 'succeeded',
    endpoint: 'prices',
    variants: {},
    dataset: 's3://d/x.csv',
  },
  ...{ invocations: 1, createdAt: 1, endedAt: 2, outputs: [] },
}

function barsOfScores(scores: readonly number[], kind: Decision['kind']) {
  const report = createReport({ kind, threshold: 0.5, labels: [] })
  report.add({ scores: Float64Array.from(scores), failures: [] })
  return barsOf(report.finish(facts))
}

const random = seeded(11)
const between = (low: number, high: number): number[] =>
  Array.from({ length: 5_000 }, () => low + random() * (high - low))

test.for<[string, number[], Decision['kind']]>([
  ['a regression far from a half', between(250_000, 250_100), 'none'],
  ['a regression below zero', between(-90, -80), 'none'],
  ['margins beside the threshold', between(2, 10), 'binary'],
  ['margins far from the threshold', between(-1e6, -0.9e6), 'binary'],
  ['margins around it', between(-7, 5), 'binary'],
  ['probabilities', between(0, 1), 'binary'],
  ['probabilities on one side of it', between(0.7, 0.9), 'binary'],
])('of %s, about fifty bars of equal width have all rows', ([, scores, kind]) => {
  const bars = barsOfScores(scores, kind)
  expect(bars.length).toBeGreaterThanOrEqual(35)
  expect(bars.length).toBeLessThanOrEqual(51)
  expect(bars.reduce((sum, { rows }) => sum + rows, 0)).toBe(scores.length)
  expect(bars.slice(1).map(({ from }) => from)).toEqual(bars.slice(0, -1).map(({ to }) => to))
  // The last is what is left.
  const widths = bars.slice(0, -1).map(({ from, to }) => to - from)
  expect(Math.max(...widths)).toBeLessThan(Math.min(...widths) * 1.1)
  const [low, high] =
    kind === 'binary' && scores.every((score) => score >= 0 && score <= 1)
      ? [0, 1]
      : [Math.min(...scores), Math.max(...scores)]
  const slack = (high - low) / 50
  expect(bars[0]?.from).toBeGreaterThan(low - slack)
  expect(bars.at(-1)?.to).toBeLessThan(high + slack)
})

test('of infinite scores alone, there are no bars', () => {
  expect(barsOfScores([Infinity, -Infinity], 'none')).toEqual([])
})
