import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createScoreCounts } from './score-counts.ts'

const counted = (scores: readonly number[], binsPerUnit = 512) => {
  const counts = createScoreCounts()
  counts.set({ threshold: 0.5, binsPerUnit, min: Infinity, max: -Infinity })
  counts.set({ lowestBin: Infinity, highestBin: -Infinity })
  return { counts, end: counts.add(Float64Array.from(scores), 0) }
}

test('a score that lies outside of the bins is not counted, and none behind it', () => {
  const { counts, end } = counted([0.1, Number.NaN, 0.7, 3, 0.2])
  expect(end).toBe(3)
  expect([counts.get('count'), counts.get('sum')]).toEqual([2, 0.1 + 0.7])
  counts.set({ binsPerUnit: 256 })
  expect(counts.add(Float64Array.of(0.1, Number.NaN, 0.7, 3, 0.2), end)).toBe(5)
  expect([counts.get('count'), counts.get('max')]).toEqual([4, 3])
})

test('whatever the probabilities are, each is counted in its thousandth and its bin', () => {
  const near = fc.tuple(fc.nat(1_000), fc.integer({ min: -3, max: 3 }))
  const score = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    near.map(([k, ulps]) => Math.min(1, Math.max(0, k / 1_000 + ulps * 2 ** -55))),
  )
  fc.assert(
    fc.property(fc.array(score), (scores) => {
      const { counts, end } = counted(scores)
      const thousandths = new Float64Array(1_002)
      const bins = new Float64Array(1_024)
      for (const each of scores) {
        let k = 0
        while (each > k / 1_000) k += 1
        thousandths[k]! += 1
        bins[each === 0 ? 0 : Math.max(1, Math.ceil(each * 512))]! += 1
      }
      expect(end).toBe(scores.length)
      expect(counts.thousandths).toEqual(thousandths)
      expect(counts.bins).toEqual(bins)
      expect(counts.get('aboveThreshold')).toBe(scores.filter((each) => each > 0.5).length)
    }),
  )
})

test('infinite scores are counted and not added up', () => {
  const { counts } = counted([0.5, Infinity, -Infinity, 1e300])
  expect([counts.get('count'), counts.get('finite')]).toEqual([4, 2])
  expect([counts.get('infiniteBelow'), counts.get('infiniteAbove')]).toEqual([1, 2])
  expect([counts.get('sum'), counts.get('max')]).toEqual([1e300, 1e300])
})

test('counts that are added to in turn are those of each alone', () => {
  const scores = Array.from({ length: 40 }, (_, index) => Float64Array.of(index / 40, 0.5))
  const half = (odd: number) => scores.filter((_, index) => index % 2 === odd)
  const alone = [half(0), half(1)].map((each) => counted(each.flatMap((one) => [...one])).counts)
  const inTurn = [counted([]).counts, counted([]).counts]
  scores.forEach((each, index) => inTurn[index % 2]?.add(each, 0))
  const found = (counts: typeof inTurn) =>
    counts.map(({ get, bins, thousandths }) => [get('count'), get('sum'), bins, thousandths])
  expect(found(inTurn)).toEqual(found(alone))
})

test('whatever the scores are, sums, ends and counts are those of one after the other', () => {
  const score = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1.4, noNaN: true }),
    fc.constantFrom(0, 1, 0.5, Number.NaN),
  )
  fc.assert(
    fc.property(fc.array(score, { maxLength: 200 }), (scores) => {
      const { counts } = counted([0, ...scores])
      let [sum, lost] = [0, 0]
      const known = scores.filter((each) => !Number.isNaN(each))
      for (const each of known) {
        const next = sum + each
        lost += Math.abs(sum) >= Math.abs(each) ? sum - next + each : each - next + sum
        sum = next
      }
      expect([counts.get('sum'), counts.get('lost')]).toEqual([sum, lost])
      expect([counts.get('min'), counts.get('max')]).toEqual([
        Math.min(0, ...known),
        Math.max(0, ...known),
      ])
      const bins = [0, ...known].map((each) => (each > 0 ? Math.ceil(each * 512) || 1 : 0))
      expect([counts.get('lowestBin'), counts.get('highestBin')]).toEqual([
        Math.min(...bins),
        Math.max(...bins),
      ])
      expect(counts.get('count')).toBe(known.length + 1)
      expect(counts.get('aboveThreshold')).toBe(known.filter((each) => each > 0.5).length)
    }),
  )
})
