import { limits } from '@millrace/job'
import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { neededInput } from './needed-input.ts'

const MEBIBYTE = 2 ** 20
const output = { uri: 's3://results/scores.csv' }
const failure = { row: 7, code: 'row_too_large', message: '' }
const alone = { rows: { start: 7, end: 8 }, bytes: { start: 100, end: 100 + 700 * MEBIBYTE } }
const batch = { rows: { start: 7, end: 9 }, bytes: { start: 100, end: 200 } }

const joined = jobWith({ output: { ...output, join: 'all' } }).spec
const lone = jobWith({ output }).spec
const withRows = jobWith({ output: { ...output, errors: { row: true } } }).spec

test('what is joined is needed, failed or not', () => {
  expect(neededInput(joined, batch, [])).toEqual(batch.bytes)
  expect(neededInput(joined, batch, [failure])).toEqual(batch.bytes)
})

test('without a join, a batch is needed to find where its failed rows begin', () => {
  expect(neededInput(lone, batch, [])).toBeUndefined()
  expect(neededInput(lone, batch, [failure])).toEqual(batch.bytes)
})

test('a failed row that stands alone begins where its batch does, and is not needed', () => {
  expect(neededInput(lone, alone, [failure])).toBeUndefined()
})

test('of one that is to be written itself, what is written is needed', () => {
  const end = 100 + limits.payloadBytesMax + 1
  expect(neededInput(withRows, alone, [failure])).toEqual({ start: 100, end })
  const short = { ...alone, bytes: { start: 100, end: 110 } }
  expect(neededInput(withRows, short, [failure])).toEqual(short.bytes)
  expect(neededInput(withRows, alone, [])).toBeUndefined()
})

test('a row that is too large to be joined is told, with a way out', () => {
  expect(() => neededInput(joined, alone, [failure])).toThrow(
    expect.objectContaining({
      name: 'OutputError',
      code: 'row_too_large',
      message: expect.stringContaining('row 7 has 734003200 bytes, wanted at most 67108864'),
      hint: expect.stringContaining('output.join none'),
    }),
  )
  const largest = { ...alone, bytes: { start: 0, end: 64 * MEBIBYTE } }
  expect(neededInput(joined, largest, [failure])).toEqual(largest.bytes)
})
