import { expect, test } from 'vitest'
import { jobFailureOf } from './job-failure.ts'

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
