import { expect, test } from 'vitest'
import { columnList } from './column-list.ts'

test.for([
  ['age', ['age']],
  ['age,income', ['age', 'income']],
  ['0,2', [0, 2]],
  ['5-8,id', [5, 6, 7, 8, 'id']],
  ['"a,b",3', ['a,b', 3]],
  ['"3","say ""hi"""', ['3', 'say "hi"']],
  ['2001-01-01', ['2001-01-01']],
  ['first name', ['first name']],
] as const)('%j are the columns %j', ([text, columns]) => {
  expect(columnList(text)).toEqual(columns)
})

test('given again, it adds', () => {
  expect(columnList('c', columnList('a,b'))).toEqual(['a', 'b', 'c'])
})

test.for(['', ',', 'a,,b', 'a,', ',a', '9-5', '0-999999'])('%j is refused', (text) => {
  expect(() => columnList(text)).toThrow(/^Wanted/)
})
