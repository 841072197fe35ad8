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

test('what a job waits for to be planned is told, too', () => {
  const told: string[] = []
  const at = 1_780_000_000
  const tell = createWaitTeller(
    (text) => told.push(text),
    () => at,
  )
  const dataset = { digest: 'd', objects: 1, bytes: 8 }
  const postponed = { at, reason: 'connect ECONNREFUSED' }
  tell(jobWith({ state: 'planning', dataset, postponed }))
  tell(jobWith({ state: 'running', dataset, postponed }))
  expect(told).toEqual([
    expect.stringMatching(/^the job waits for its endpoint, looked at .*2026.*: connect ECONN/),
  ])
})
