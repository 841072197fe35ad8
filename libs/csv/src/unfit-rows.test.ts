import { expect, test } from 'vitest'
import { jsonLines } from './dialect.ts'
import { surveyRows } from './survey.ts'
import { unfitRows } from './unfit-rows.ts'

const commas = { delimiter: ',', quote: '"' }

test('rows of another width than the table are unfit', () => {
  const bytes = Buffer.from('1,2\n3\n\n4,5,6\n7,"8,9"\n')
  const unfit = [
    { row: 1, code: 'row_width', message: '1 field, wanted 2' },
    { row: 2, code: 'row_width', message: '3 fields, wanted 2' },
  ]
  expect(unfitRows(bytes, commas, 2)).toEqual(unfit)
  expect(unfitRows(bytes, commas, 2, surveyRows(bytes, commas, 2).odd)).toEqual(unfit)
})

test('JSON lines that are no JSON are unfit, and no width is asked of them', () => {
  expect(unfitRows(Buffer.from('{"a":1}\n{"a":\n[1,2]\n'), jsonLines, 1)).toEqual([
    { row: 1, code: 'row_malformed', message: expect.stringContaining('JSON') },
  ])
})
