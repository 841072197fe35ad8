import { describe, expect, test } from 'vitest'
import { hear, inJob, type Sharers, shareOfConcurrency } from './job-share.ts'

test.for<[number, number]>([
  [8, 1],
  [8, 2],
  [8, 3],
  [1, 3],
  [3, 16],
  [1_024, 7],
])('the shares of %i among %i consumers add up, and differ by one', ([max, count]) => {
  const consumers = Array.from({ length: count }, (_, index) => `consumer-${index}`)
  // Each computes its own share, from a list in any order.
  const shares = consumers.map((own) => shareOfConcurrency(max, consumers.toReversed(), own))
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(max)
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
})

/** Who counts after each look at the table, `[at, present]`. */
function counted(looks: readonly [number, string][]): string[] {
  let sharers: Sharers | undefined
  return looks.map(([at, present]) => {
    sharers = hear(present.split(''), sharers, at)
    return inJob(sharers).toSorted().join('')
  })
}

describe('who counts among the consumers of a job', () => {
  test.for<[string, [number, string][], string[]]>([
    [
      'is who is present',
      [
        [0, 'abc'],
        [2, 'ab'],
        [4, 'abd'],
      ],
      ['abc', 'ab', 'abd'],
    ],
    [
      'is who was there, when nobody was heard for a while',
      [
        [0, 'abc'],
        [9, 'a'],
      ],
      ['abc', 'abc'],
    ],
    [
      'is also who has come after a silence',
      [
        [0, 'ab'],
        [9, 'a'],
        [11, 'ac'],
      ],
      ['ab', 'ab', 'abc'],
    ],
    [
      'is who is present, once all have had the time to speak again',
      [
        [0, 'abc'],
        [9, 'a'],
        [18, 'ab'],
        [19, 'ab'],
      ],
      ['abc', 'abc', 'abc', 'ab'],
    ],
    [
      'is nobody who is gone for good, though each answer is slow',
      [
        [0, 'abc'],
        [6, 'ab'],
        [12, 'ab'],
        [18, 'ab'],
        [24, 'ab'],
      ],
      ['abc', 'abc', 'abc', 'ab', 'ab'],
    ],
    [
      'is who was there before an outage of minutes',
      [
        [0, 'abcd'],
        [600, 'a'],
        [602, 'ab'],
        [611, 'abcd'],
      ],
      ['abcd', 'abcd', 'abcd', 'abcd'],
    ],
    [
      'is nobody of before a long time without batches',
      [
        [0, 'abc'],
        [901, 'a'],
      ],
      ['abc', 'a'],
    ],
  ])('%s', ([, looks, expected]) => {
    expect(counted(looks)).toEqual(expected)
  })
})
