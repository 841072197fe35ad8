import { expect, test } from 'vitest'
import { adjustRequestOf, NO_FIELDS } from './adjust-request.ts'

test('what is left empty stays as it is', () => {
  expect(adjustRequestOf(NO_FIELDS)).toBeUndefined()
  expect(adjustRequestOf({ ...NO_FIELDS, concurrency: '8' })).toEqual({ concurrency: 8 })
  expect(adjustRequestOf({ ...NO_FIELDS, failedRowsMax: '0' })).toEqual({ failedRowsMax: 0 })
  expect(adjustRequestOf({ ...NO_FIELDS, deadline: ' 4h ' })).toEqual({ deadline: '4h' })
  expect(adjustRequestOf({ ...NO_FIELDS, deadline: ' ' })).toBeUndefined()
})

test('a limit that is lifted wins over its number', () => {
  expect(
    adjustRequestOf({
      ...NO_FIELDS,
      failedRowsMax: '5',
      failedRowsPercentMax: '0.5',
      noRowsMax: true,
    }),
  ).toEqual({ failedRowsMax: 'none', failedRowsPercentMax: 0.5 })
  expect(adjustRequestOf({ ...NO_FIELDS, noPercentMax: true })).toEqual({
    failedRowsPercentMax: 'none',
  })
})
