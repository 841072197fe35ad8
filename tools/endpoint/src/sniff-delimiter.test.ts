import { expect, test } from 'vitest'
import { sniffDelimiter } from './sniff-delimiter.ts'

/** What CPython 3.11's Sniffer finds, a letter or digit read as a comma. */
test.for<[string, string | undefined]>([
  ['1,2', ','],
  ['1;2', ';'],
  ['1\t2', '\t'],
  ['1 2', ' '],
  ['1:2', ':'],
  ['1|2', '|'],
  ['1|2,3', ','],
  ['1;2 3', ';'],
  ['1.5|2.5|3.5', ','],
  ['12.5', ','],
  ['-1', ','],
  ['1-2-3', '-'],
  ['', undefined],
  [`${'1'.repeat(512)},2`, ','],
  [`${'|'.repeat(512)},2`, '|'],
])('in %j finds %j', ([line, delimiter]) => {
  expect(sniffDelimiter(line)).toBe(delimiter)
})
