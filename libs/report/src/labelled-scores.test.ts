import { expect, test } from 'vitest'
import { createLabelledScores } from './labelled-scores.ts'

const COSTS = { falsePositive: 1, falseNegative: 1 }

function gridOf(rows: readonly (readonly [score: number, positive: boolean])[]) {
  const labelled = createLabelledScores(rows.length)
  for (const [score, positive] of rows) labelled.add(score, positive)
  return labelled.finish(0.5, COSTS).grid
}

// As JSON has them on the page: what is no finite number would be null there.
test.for<[string, readonly (readonly [number, boolean])[], number, number]>([
  [
    'an infinite score above',
    [
      [-2, false],
      [3, true],
      [Infinity, true],
    ],
    -2,
    3,
  ],
  [
    'an infinite score below',
    [
      [-Infinity, false],
      [-2, false],
      [3, true],
    ],
    -2,
    3,
  ],
  [
    'the greatest of all scores',
    [
      [-1.7e308, false],
      [1.7e308, true],
    ],
    -1.7e308,
    1.7e308,
  ],
  [
    'infinite scores alone',
    [
      [-Infinity, false],
      [Infinity, true],
    ],
    0,
    0.5,
  ],
])('with %s, the edges lie between the finite ones', ([, rows, low, high]) => {
  const { edges, above } = gridOf(rows)
  expect(JSON.parse(JSON.stringify(edges))).toEqual(edges)
  expect([edges[0], edges.at(-1)]).toEqual([low, high])
  expect(edges).toEqual([...new Set(edges)].sort((a, b) => a - b))
  expect(above).toEqual(edges.map((edge) => rows.filter(([score]) => score > edge).length))
})
