import { createRandom } from '@millrace/testing'
import { expect, test } from 'vitest'
import { drawScenario } from '../draw-scenario.ts'
import { createNotes } from '../notes.ts'
import type { Scenario } from '../scenario.ts'
import { createRules } from './rules.ts'
import { watchInvocations } from './watch-invocations.ts'

const drawn = drawScenario(createRandom(1), createRandom(2))
const endpoint = { ...drawn.faults.endpoint, latencyMs: 1_000 }
const calm: Scenario = {
  ...drawn,
  calm: true,
  concurrency: 8,
  faults: { ...drawn.faults, endpoint },
}

/** A job of which at most two invocations may be in flight, and a clock that is set by hand. */
function fixture(scenario: Scenario = calm) {
  const clock = { nowMs: 0 }
  const notes = createNotes(() => clock.nowMs, false)
  const watch = watchInvocations(scenario, () => clock.nowMs, createRules(notes))
  watch.adjusted('j-1', 2)
  const beginAt = (nowMs: number, machine = 'consumer-1', batch = 0): void => {
    clock.nowMs = nowMs
    watch.began(machine, `j-1-${batch}`)
  }
  return { watch, beginAt, violations: notes.violations }
}

test('more than a job is allowed, for longer than it takes to follow and to end, is a violation', () => {
  const { beginAt, violations } = fixture()
  const consumers = ['consumer-1', 'consumer-2', 'consumer-3']
  for (const consumer of consumers) beginAt(0, consumer)
  beginAt(8_501, 'consumer-4')
  expect(violations).toEqual([
    'a job keeps to its concurrency: 4 of j-1 at once, 2 allowed, for 8501 ms',
  ])
})

test('more than its share of a job, which another has been at for long enough, is a violation', () => {
  const { watch, beginAt, violations } = fixture()
  beginAt(0, 'consumer-1')
  beginAt(7_000, 'consumer-2')
  beginAt(7_000, 'consumer-2')
  expect(violations).toEqual([])
  watch.ended('consumer-2', 'j-1-0')
  beginAt(7_001, 'consumer-2')
  expect(violations).toEqual([
    'a consumer keeps to its share: consumer-2: 2 of j-1 at once, 1 of 2 are its part',
  ])
})

test('a consumer that has nothing more in flight leaves its share to the others', () => {
  const { watch, beginAt, violations } = fixture()
  beginAt(0, 'consumer-1')
  beginAt(7_001, 'consumer-2')
  watch.ended('consumer-1', 'j-1-0')
  beginAt(7_001, 'consumer-2')
  expect(violations).toEqual([])
})

test('more than a job is allowed is none while consumers follow, or once fewer were in flight', () => {
  const { watch, beginAt, violations } = fixture()
  for (const atMs of [0, 0, 0, 7_000]) beginAt(atMs)
  expect(violations).toEqual([])
  for (let ended = 0; ended < 2; ended += 1) watch.ended('consumer-1', 'j-1-0')
  beginAt(7_001, 'consumer-2')
  beginAt(10_000, 'consumer-3')
  expect(violations).toEqual([])
})

test('where anything may fail, a job is not held to what it is allowed', () => {
  const { beginAt, violations } = fixture({ ...calm, calm: false })
  for (const atMs of [0, 0, 0, 60_000]) beginAt(atMs)
  expect(violations).toEqual([])
})

test('a consumer beyond its own concurrency is a violation, a producer is not', () => {
  const { beginAt, violations } = fixture({ ...calm, calm: false, concurrency: 1 })
  for (const machine of ['producer-1', 'producer-1', 'consumer-1']) beginAt(0, machine)
  expect(violations).toEqual([])
  beginAt(0)
  expect(violations).toEqual(['never overrun the endpoint: consumer-1: 2 invocations at once'])
})
