import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { candidates, chosenCandidate, daysOf, judge } from './candidates.ts'
import { scalingPage } from './scaling-page.ts'
import { scalingPolicyOf } from './scaling-policy.ts'
import { changeOf, createScaler } from './simulate.ts'

const days = daysOf(chosenCandidate)
const dayNamed = (name: string) => {
  const day = days.find((other) => other.name === name)
  if (day === undefined) throw new Error(`no day ${name}`)
  return day.outcome
}

describe.for(days)('on the day "$name"', ({ outcome }) => {
  test('the fleet does not flap', () => {
    expect(outcome.flaps).toBe(0)
  })

  test('nothing is left, but what arrives at the end', () => {
    expect(outcome.backlogAtEnd).toBeLessThan(20)
  })
})

test('an idle day runs no task', () => {
  expect(dayNamed('idle').taskHours).toBe(0)
})

test('a small job begins within two minutes and leaves no task behind', () => {
  expect(dayNamed('one small job')).toMatchObject({ tasksMax: 1 })
  expect(dayNamed('one small job').ageMaxSeconds).toBeLessThanOrEqual(120)
  expect(dayNamed('one small job').taskHours).toBeLessThan(0.5)
})

test('the chosen rules are the cheapest of the good ones', () => {
  const good = candidates
    .map((candidate) => ({ candidate, ...judge(daysOf(candidate)) }))
    .filter(({ isGood }) => isGood)
    .toSorted((a, b) => a.taskHours - b.taskHours)
  expect(good[0]?.candidate).toEqual(chosenCandidate)
})

test('the page shows what the simulation finds', async () => {
  const page = join(import.meta.dirname, '../../../docs/scaling.md')
  await expect(scalingPage()).toMatchFileSnapshot(page)
})

describe('a scaler', () => {
  const size = { tasksMax: 12, concurrency: 16, batchSeconds: 1, delaySeconds: 120 }
  const policy = scalingPolicyOf(size)
  const decide = (backlog: number, tasks: number) => createScaler(policy).decide(0, backlog, tasks)

  test.for([
    ['sleeps on', 0, 0, 0],
    ['wakes one for one message', 1, 0, 1],
    ['wakes more for much', 20_000, 0, 4],
    ['leaves what keeps up', 1_900, 1, 1],
    ['adds one at the target', 1_920, 1, 2],
    ['doubles at twice the target', 2 * 1_920 * 3, 3, 6],
    ['stops at the most', 1e6, 10, 12],
  ] as const)('%s', ([, backlog, tasks, wanted]) => {
    expect(decide(backlog, tasks)).toBe(wanted)
  })

  test('shrinks and sleeps only after minutes of quiet', () => {
    const scaler = createScaler(policy)
    const minutes = Array.from({ length: 10 }, (_, minute) => scaler.decide(minute * 60, 1, 8))
    expect(minutes).toEqual([8, 8, 8, 8, 8, 8, 8, 8, 8, 6])
    const idle = createScaler(policy)
    expect(Array.from({ length: 10 }, (_, minute) => idle.decide(minute * 60, 0, 1)).at(-1)).toBe(0)
  })
})

test.for([
  [10, 50, 5],
  [3, 50, 1],
  [1, 50, 1],
  [1, -25, -1],
  [6, -25, -1],
] as const)('%i tasks and %i percent are %i tasks', ([tasks, percent, change]) => {
  expect(changeOf(tasks, percent)).toBe(change)
})
