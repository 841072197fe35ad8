import { expect, test } from 'vitest'
import { createMetricRegistry } from './metrics.ts'

test('a counter is there from the start, and adds up what is counted and what is read', () => {
  const metrics = createMetricRegistry('consumer')
  const read = () => metrics.series.find(({ name }) => name === 'millrace.attempts.failed')?.read()
  expect(read()).toBe(0)
  metrics.count('millrace.attempts.failed', 2)
  expect(read()).toBe(2)
  let total = 5
  metrics.total('millrace.attempts.failed', () => total)
  expect(read()).toBe(7)
  total = 6
  metrics.count('millrace.attempts.failed', 1)
  expect(read()).toBe(9)
})

test('a gauge that nobody reads is no number', () => {
  const metrics = createMetricRegistry('consumer')
  const inFlight = metrics.series.find(({ name }) => name === 'millrace.messages.in_flight')
  expect(inFlight?.read()).toBeNaN()
  metrics.gauge('millrace.messages.in_flight', () => 3)
  expect(inFlight?.read()).toBe(3)
})
