import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { textColumnsAdvice } from './text-columns.ts'

const columns = ['date', 'distance', 'origin']
const dataset = { objects: [], header: true, columns, width: 3 }
const job = (features?: { include: (string | number)[] }) =>
  jobWith({ dataset: { uri: 's3://data/rows/', ...(features && { features }) } })
const adviceOn = (payload: string, of = job(), table: typeof dataset | object = dataset) =>
  textColumnsAdvice(of, table as typeof dataset, Buffer.from(payload)).join('')

test('the features that hold text are named', () => {
  expect(adviceOn('2001-01-01T00:37,354,DFW\n')).toContain('There is text in date, origin: ')
})

test('a feature is named after its column, wherever it stands in the payload', () => {
  expect(adviceOn('354,DFW\n', job({ include: ['distance', 'origin'] }))).toContain('in origin: ')
})

test.for([
  ['\u001b[31mred', 'in "\\u001b[31mred": '],
  ['a'.repeat(99), `in ${'a'.repeat(64)}…: `],
])('the name %j is bounded and harmless', ([name, text]) => {
  expect(adviceOn('x\n', job(), { ...dataset, columns: [name], width: 1 })).toContain(text)
})

test('without a header, a column is named by its index', () => {
  const { columns: _, ...nameless } = dataset
  expect(adviceOn('1,2,"x,y"\n', job(), { ...nameless, header: false })).toContain('in 2: ')
})

test.for(['1,-2.5e3,\n', 'nan,NA,-inf\n'])('%j holds numbers', (payload) => {
  expect(adviceOn(payload)).toBe('')
})
