import { expect, test } from 'vitest'
import { stateText } from './state-text.ts'

test.for([
  ['running', 'is running'],
  ['paused', 'is paused'],
  ['failed', 'has failed'],
  ['cancelled', 'was cancelled'],
  ['succeeded_with_failures', 'has succeeded'],
] as const)('a job in the state %s %s', ([state, text]) => {
  expect(stateText(state)).toBe(text)
})
