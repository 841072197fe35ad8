import { describe, expect, test } from 'vitest'
import { graphOf, STACKS } from '../graph/graph.ts'
import { controls } from './controls.ts'

describe.for(STACKS)('in the %s stack', (stack) => {
  test.for(controls)('$id: $says', ({ breaches, justified }) => {
    const reasons = { ...justified?.['*'], ...justified?.[stack] }
    const found = breaches(graphOf(stack))
    expect(found.filter(({ resource }) => reasons[resource] === undefined)).toEqual([])
    const stale = Object.keys(reasons).filter(
      (resource) => !found.some((breach) => breach.resource === resource),
    )
    expect(stale, 'a reason for what is no breach any more').toEqual([])
  })
})

test('each control has an id of its own', () => {
  const ids = controls.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})
