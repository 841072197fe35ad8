import { expect, test } from 'vitest'
import type { Config } from './config.ts'
import { createDeps, type World } from './connect.ts'
import { OutputError } from './rows/output-error.ts'

test('a failure for good tells what to do about it, where something can be done', () => {
  const { failureOf } = createDeps({} as Config, {} as World)
  const error = new OutputError('value_unfit', 'got a text', 'export the job again as csv')
  const message = 'write result: got a text — export the job again as csv'
  expect(failureOf(error)).toEqual({ code: 'value_unfit', message })
})
