import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { createWaitTeller } from './waits.ts'

test('each reason is told once, until it has not been heard of for a while', () => {
  const told: string[] = []
  let now = 1_780_000_000
  const tell = createWaitTeller(
    (text) => told.push(text.replace(/^.*: (?=\w+$)/, '')),
    () => now,
  )
  const see = (at: number, reason: string) =>
    tell(jobWith({ state: 'running', waits: { at, reason } }))
  tell(jobWith({ state: 'running' }))
  see(now - 181, 'older')
  see(now, 'throttled')
  see(now + 60, 'throttled')
  see(now + 120, 'gone')
  see(now + 180, 'throttled')
  expect(told).toEqual(['throttled', 'gone'])
  now += 800
  see(now, 'gone')
  expect(told).toEqual(['throttled', 'gone', 'gone'])
})
