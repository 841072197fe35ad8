import { describe, expect, test } from 'vitest'
import { createScoreGrid } from './score-grid.ts'
import { seeded } from './seeded.fixture.ts'

const gridOf = (scores: readonly number[], threshold = 0.5) => {
  const grid = createScoreGrid(threshold)
  // In pieces, as parts come.
  for (let at = 0; at < scores.length; at += 7)
    grid.add(Float64Array.from(scores.slice(at, at + 7)))
  return grid.grid()
}

const countsOf = (scores: readonly number[], edges: readonly number[]): number[] =>
  edges.map((edge) => scores.filter((score) => score > edge).length)

const random = seeded(7)
const many = (make: () => number): number[] => Array.from({ length: 3_000 }, make)

describe.for([
  { name: 'probabilities', scores: many(random) },
  { name: 'float32 probabilities', scores: many(() => Math.fround(random())) },
  { name: 'thousandths', scores: many(() => Math.round(random() * 1_000) / 1_000) },
  { name: 'sums that miss a thousandth', scores: many(() => 0.1 * Math.round(random() * 10)) },
  { name: 'zeros and ones', scores: [0, 1, 0, 0, 1] },
  { name: 'margins', scores: many(() => (random() - 0.5) * 20) },
  { name: 'prices', scores: many(() => random() ** 8 * 1e9) },
  { name: 'one price', scores: [250_000, 250_000] },
  { name: 'outliers that come late', scores: [...many(random), 1e12, -3] },
  {
    name: 'the extremes',
    scores: [5e-324, -1e200, 1e200, 0, 1.7e308, -1.7e308, Infinity, -Infinity],
  },
])('of $name', ({ scores }) => {
  test('each count above an edge is exact', () => {
    for (const threshold of [0.5, 0.1234567, 1 / 3]) {
      const { edges, above } = gridOf(scores, threshold)
      expect(above).toEqual(countsOf(scores, edges))
      expect(edges).toContain(threshold)
      expect([...edges].sort((a, b) => a - b)).toEqual(edges)
    }
  })

  test('the order of the scores does not matter', () => {
    expect(gridOf(scores.toReversed())).toEqual(gridOf(scores))
  })
})

describe('a grid', () => {
  test('of probabilities has an edge at each thousandth', () => {
    expect(gridOf([0.2, 0.9]).edges).toHaveLength(1_001)
  })

  test('of other scores spans them in at most 1,024 bins', () => {
    const { edges, above } = gridOf(many(() => 100 + random() * 50))
    expect(edges.length).toBeGreaterThan(500)
    expect(edges.length).toBeLessThanOrEqual(1_026)
    expect(above[9]).toBeLessThan(3_000)
    expect(above.at(-1)).toBe(0)
  })

  test('has no edge for a threshold where none decides', () => {
    const grid = createScoreGrid(undefined)
    grid.add(Float64Array.of(250_000, 250_100))
    const { edges, above } = grid.grid()
    expect(edges[0]).toBeGreaterThan(249_999)
    expect(above).toEqual(countsOf([250_000, 250_100], edges))
  })

  test('leaves out what is no number', () => {
    expect(gridOf([Number.NaN, 0.7, Number.NaN]).above[0]).toBe(1)
  })

  test('of nothing has the threshold alone', () => {
    const { edges, above } = gridOf([])
    expect(above.every((count) => count === 0)).toBe(true)
    expect(edges).toContain(0.5)
  })
})
