import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { readStart } from './read-start.ts'

const objectsOf = (texts: readonly string[]) =>
  texts.map((text, index) => ({
    name: `${index}.csv`,
    async *pieces() {
      yield Buffer.from(text)
    },
  }))
const startOf = async (texts: readonly string[], header: 'auto' | 'present' = 'auto') => {
  const { spec } = jobWith()
  const { dataset } = spec
  const asked = { ...spec, dataset: { ...dataset, csv: { ...dataset.csv, header } } }
  return Buffer.from((await readStart(objectsOf(texts), 10, asked)).bytes).toString()
}

const named = 'id,30d_spend\n'

test.for([
  ['the first object', [`${named}1,2\n`, `${named}3,4\n`], 0],
  ['the first with more than a header', ['', named, `${named}1,2\n`, `${named}3,4\n`], 2],
  ['the first of those with one row', ['\n', '1,2\n', '3,4\n'], 1],
] as const)('rows are tried of %s', async ([, texts, index]) => {
  expect(await startOf(texts)).toBe(texts[index])
})

test.for([
  ['with a row behind it', [`${named}\n`, named.trim(), `${named}1,2\n`, `${named}3,4\n`], 2],
  ['where none has a row', [named, `${named}\n`], 0],
] as const)('with a header that is present, rows are tried of the first %s', async (row) => {
  const [, texts, index] = row
  expect(await startOf(texts, 'present')).toBe(texts[index])
})

test('a dataset without a row is told', async () => {
  await expect(startOf(['', '\n'])).rejects.toThrow('the dataset has no row')
})
