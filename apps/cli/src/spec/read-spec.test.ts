import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { readSpec, uriOf } from './read-spec.ts'

async function fileWith(text: string): Promise<string> {
  const path = join(await temporaryFolder(), 'millrace.yaml')
  await writeFile(path, text)
  return path
}

test('what is typed comes before what the file says', async () => {
  const file = await fileWith(
    'endpoint: { name: churn-v3, variant: blue }\nbatching: { rows: 10 }\n',
  )
  expect(await readSpec(file, { endpoint: { name: 'churn-v4' } })).toEqual({
    endpoint: { name: 'churn-v4', variant: 'blue' },
    batching: { rows: 10 },
  })
})

test('columns that are typed stand in the place of those in the file', async () => {
  const file = await fileWith('dataset: { uri: s3://tables/t.csv, features: { exclude: [id] } }\n')
  const uri = 's3://tables/t.csv'
  expect(await readSpec(file, { dataset: { features: { include: ['age'] } } })).toEqual({
    dataset: { uri, features: { include: ['age'] } },
  })
  expect(await readSpec(file, { dataset: { format: 'csv' } })).toEqual({
    dataset: { uri, format: 'csv', features: { exclude: ['id'] } },
  })
})

test('a path in the file becomes a URI', async () => {
  const file = await fileWith('dataset: { uri: rows.csv }\noutput: { uri: s3://results/today/ }\n')
  expect(await readSpec(file, {})).toEqual({
    dataset: { uri: pathToFileURL('rows.csv').href },
    output: { uri: 's3://results/today/' },
  })
})

test.for([
  ['endpoint: {\n  name: x\ndataset: y\n', /millrace\.yaml: line 3, column 1: /],
  ['endpoint: x\n\tvariant: y\n', /line 2, column 1: /],
  ['- a list\n', /wanted a mapping/],
  ['', /wanted a mapping/],
  ['a: 1\na: 2\n', /line 2, column 1: Map keys must be unique/],
] as const)('a file with %j is refused, with the place', async ([text, reason]) => {
  await expect(readSpec(await fileWith(text), {})).rejects.toThrow(reason)
})

const doubling = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`)

test.for([
  ['dataset: { uri: *.csv }\n', 'Unresolved alias'],
  [`a0: &a0 [x, x]\n${doubling.join('')}`, 'Excessive alias count'],
] as const)(
  'aliases that lead nowhere, or to too much, are wrong use: %s',
  async ([text, reason]) => {
    await expect(readSpec(await fileWith(text), {})).rejects.toMatchObject({
      message: expect.stringContaining(`millrace.yaml: ${reason}`),
      exitCode: 2,
    })
  },
)

test('a file that is not there is told', async () => {
  await expect(readSpec('nowhere.yaml', {})).rejects.toThrow('nowhere.yaml: no such file')
})

test('a folder keeps its slash', () => {
  expect(uriOf('results/')).toBe(`${pathToFileURL('results').href}/`)
})
