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
const startOf = async (...texts: readonly string[]) =>
  Buffer.from((await readStart(objectsOf(texts), 10, jobWith().spec)).bytes).toString()

const named = 'id,30d_spend\n'

test.for([
  ['the first object', [`${named}1,2\n`, `${named}3,4\n`], 0],
  ['the first with more than a header', ['', named, `${named}1,2\n`, `${named}3,4\n`], 2],
  ['the first of those with one row', ['\n', '1,2\n', '3,4\n'], 1],
] as const)('rows are tried of %s', async ([, texts, index]) => {
  expect(await startOf(...texts)).toBe(texts[index])
})

test('a dataset without a row is told', async () => {
  await expect(startOf('', '\n')).rejects.toThrow('the dataset has no row')
})
