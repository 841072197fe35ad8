import { describe, expect, test } from 'vitest'
import { STACKS } from './graph/graph.ts'
import { fleet, TASKS_MAX } from './scaling/scenarios.ts'
import { scalingPoliciesOf } from './scaling-policies.ts'
import { settingsOf } from './stack-settings.fixture.ts'

describe.for(STACKS)('all consumers of the %s stack', (stack) => {
  const settings = settingsOf(stack)
  const { tasksMax } = scalingPoliciesOf(settings).consumer

  test.for(settings.endpoints)('ask $name for no more than it serves', ({ concurrency }) => {
    expect(tasksMax * settings.consumers.concurrency).toBeLessThanOrEqual(concurrency)
  })
})

test('the simulated fleet is that of the production example', () => {
  const settings = settingsOf('prod')
  const { tasksMax } = scalingPoliciesOf(settings).consumer
  expect([TASKS_MAX, fleet.concurrency]).toEqual([tasksMax, settings.consumers.concurrency])
})
