import { expect, test } from 'vitest'
import { jobFailureOf } from './job-failure.ts'
import { limits } from './limits.ts'

test.for([
  ['plan_unreadable', 'plan_unreadable'],
  ['object_changed', 'dataset_changed'],
  ['object_missing', 'dataset_missing'],
  [undefined, 'unknown'],
] as const)('an error of the code %s ends a job as %s', ([code, named]) => {
  const error = Object.assign(new Error('read: ended'), code === undefined ? {} : { code })
  expect(jobFailureOf(error)).toEqual({ code: named, message: 'read: ended' })
})

test('what can be done about it stands in the message', () => {
  const error = { code: 'value_unfit', message: 'got a text', hint: 'export as csv' }
  expect(jobFailureOf(error).message).toBe('got a text — export as csv')
})

test('of a message that is too long, the advice is kept', () => {
  const error = { message: `no column "${'x'.repeat(500_000)}"`, hint: 'choose another' }
  const { message } = jobFailureOf(error)
  expect(message).toHaveLength(limits.jobFailureCharsMax)
  expect(message).toMatch(/^no column "x+… — choose another$/)
})

test('a hint that is too long leaves a beginning of the message', () => {
  const hint = 'x'.repeat(limits.jobFailureCharsMax)
  expect(jobFailureOf({ message: 'no column '.repeat(100), hint }).message).toMatch(
    /^(no column ){25}.*… — x+$/,
  )
})
