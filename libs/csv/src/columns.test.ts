import { describe, expect, test } from 'vitest'
import { chooseColumns } from './column-selection.ts'
import type { CsvError } from './csv-error.ts'
import { selectColumns } from './select-columns.ts'

const csv = { delimiter: ',', quote: '"' }
const bytes = (text: string) => new TextEncoder().encode(text)
const table = { columns: ['id', 'age', 'income', 'label'], width: 4 }
const thrownBy = (act: () => unknown): CsvError => {
  try {
    act()
  } catch (error) {
    return error as CsvError
  }
  throw new Error('nothing thrown')
}

describe('chooseColumns', () => {
  test.for([
    { what: 'no choice', choice: undefined, kept: [0, 1, 2, 3] },
    { what: 'include', choice: { include: ['income', 1] }, kept: [2, 1] },
    { what: 'exclude', choice: { exclude: [3, 'id'] }, kept: [1, 2] },
  ])('with $what, keeps the columns in their order', ({ choice, kept }) => {
    expect(chooseColumns(table, choice)).toEqual({ width: 4, kept })
  })

  test('of columns of one name, leaves out all, and takes the first', () => {
    const twice = { width: 4, columns: ['id', 'label', 'age', 'label'] }
    expect(chooseColumns(twice, { exclude: ['label'] }).kept).toEqual([0, 2])
    expect(chooseColumns(twice, { exclude: [1] }).kept).toEqual([0, 2, 3])
    expect(chooseColumns(twice, { include: ['label'] }).kept).toEqual([1])
  })

  test('on unknown names, lists each with a near match', () => {
    const error = thrownBy(() => chooseColumns(table, { include: ['Incom', 'zip', 9] }))
    expect(error.code).toBe('unknown_column')
    expect(error.message).toBe(
      'choose columns: no column "Incom" (did you mean "income"?), no column "zip", no column 9 (the table has 4)',
    )
    expect(error.hint).toBe('the columns are "id", "age", "income", "label"')
  })

  test('on a number that is a name, says how that is written', () => {
    const years = { columns: ['2019', '2020'], width: 2 }
    const error = thrownBy(() => chooseColumns(years, { include: [2019] }))
    expect(error.message).toBe(
      'choose columns: no column 2019 (the table has 2; "2019", in quotes, is the one of that name)',
    )
  })

  test('on thousands of unknown names, tells of twenty and counts the rest', () => {
    const columns = Array.from(
      { length: 20_000 },
      (_, index) => `measured_in_the_last_days_${index}`,
    )
    const wanted = columns.map((name) => name.replace('in', 'at'))
    const began = process.cpuUsage().user
    const error = thrownBy(() => chooseColumns({ columns, width: 20_000 }, { include: wanted }))
    // Each of them held against each column is a day's work.
    expect(process.cpuUsage().user - began).toBeLessThan(10e6)
    expect(error.message).toMatch(/^choose columns: no column "measured_at_.* and 19980 more$/)
    expect(error.message.match(/did you mean/g)).toHaveLength(20)
  })

  test('on a name without a header, says so', () => {
    expect(thrownBy(() => chooseColumns({ width: 4 }, { exclude: ['id'] })).hint).toContain(
      'no header',
    )
  })

  test.for([
    { what: 'a column included twice', choice: { include: ['id', 0] }, code: 'repeated_column' },
    { what: 'every column excluded', choice: { exclude: [0, 1, 2, 3] }, code: 'no_column' },
  ])('on $what, throws $code', ({ choice, code }) => {
    expect(thrownBy(() => chooseColumns(table, choice)).code).toBe(code)
  })

  test.for([
    [['age', 'age'], 'column "age" is'],
    [[1, 1], 'column 1 is'],
    [['id', 'age', 0], 'column "id", also said as 0 is'],
  ] as const)('included twice, %j is told as it was said', ([include, told]) => {
    const error = thrownBy(() => chooseColumns(table, { include }))
    expect(error.message).toBe(`choose columns: ${told} included twice`)
  })
})

describe('selectColumns', () => {
  const select = (text: string, kept: number[], width: number, dropped: number[] = []) =>
    Buffer.from(selectColumns(bytes(text), csv, { width, kept }, new Set(dropped))).toString()

  test('when nothing changes, returns the very bytes', () => {
    const payload = bytes('1,2\n3,4')
    expect(selectColumns(payload, csv, { width: 2, kept: [0, 1] })).toBe(payload)
  })

  test.for([
    { what: 'quoted fields', text: '"a,""\n",007,1e5\n', kept: [1, 0], out: '007,"a,""\n"\n' },
    { what: 'CRLF and no last line end', text: '1,2,3\r\n4,5,6', kept: [2], out: '3\r\n6' },
    { what: 'a quote inside a field', text: '5" x,2,3\n', kept: [0, 2], out: '5" x,3\n' },
    { what: 'blank lines', text: '\n1,2,3\n\r\n4,5,6\n\n', kept: [0, 1, 2], out: '1,2,3\n4,5,6\n' },
    { what: 'a lone empty field', text: '1,,3\n4,5,6\n', kept: [1], out: '""\n5\n' },
  ])('on $what, copies bytes as they stand', ({ text, kept, out }) => {
    expect(select(text, kept, 3)).toBe(out)
  })

  test('leaves dropped rows out', () => {
    expect(select('1,2\n3\n5,6\n', [0, 1], 2, [1])).toBe('1,2\n5,6\n')
    expect(select('1,2\n3\n5,6\n', [1], 2, [1])).toBe('2\n6\n')
  })

  test('on a row of another width, throws its index and byte', () => {
    const error = thrownBy(() => select('1,2\n3\n', [1], 2))
    expect(error).toMatchObject({ code: 'row_width', row: 1, byte: 4 })
  })
})
