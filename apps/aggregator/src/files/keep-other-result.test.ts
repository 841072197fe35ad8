import { expect, test } from 'vitest'
import { jobWith, never } from '../test-data.fixture.ts'
import { keepOtherResult } from './keep-other-result.ts'

const { spec } = jobWith()
const storage = {
  readDocument: async () => Buffer.from(JSON.stringify({ version: 1, spec })),
  occupantOf: async () => ({ version: 'v1' }),
}

test('a result that was written before stays what its manifest says', async () => {
  const other = { output: { ...spec.output, uri: 's3://results/scores.csv.gz' } }
  await expect(keepOtherResult(storage, other)(never)).rejects.toMatchObject({
    code: 'output_taken',
    message:
      'write result: output s3://results/scores.csv.gz would take the manifest, errors and report of s3://results/scores.csv',
    hint: 'export the job to another name: its predictions are recorded',
  })
})

test.for([
  ['s3://results/today/result.csv', 's3://results/today/', 's3://results/today/manifest.json'],
  [
    's3://results/today/',
    's3://results/today/result.csv',
    's3://results/today/result.manifest.json',
  ],
] as const)(
  'of %s, and a result of %s, the manifest that lies there is named',
  async ([uri, there, manifest]) => {
    const output = { ...spec.output, uri }
    const lying = { version: 1, spec: { ...spec, output: { ...spec.output, uri: there } } }
    const readDocument = async (of: string) =>
      of === manifest ? Buffer.from(JSON.stringify(lying)) : undefined
    await expect(
      keepOtherResult({ ...storage, readDocument }, { output })(never),
    ).rejects.toMatchObject({
      message: `write result: output ${uri} would take the place of the result whose manifest is ${manifest}`,
    })
  },
)

test('a result of the same output is written again', async () => {
  await expect(keepOtherResult(storage, spec)(never)).resolves.toBeUndefined()
})

test('each look is a new one, and reads again what is another manifest than before', async () => {
  let [version, reads] = ['v1', 0]
  let there = { version: 1, spec }
  const changing = {
    readDocument: async () => {
      reads += 1
      return Buffer.from(JSON.stringify(there))
    },
    occupantOf: async () => ({ version }),
  }
  const look = keepOtherResult(changing, spec)
  await look(never)
  await look(never)
  expect(reads).toBe(1)
  version = 'v2'
  there = {
    version: 1,
    spec: { ...spec, output: { ...spec.output, uri: 's3://results/scores.csv.gz' } },
  }
  await expect(look(never)).rejects.toMatchObject({ code: 'output_taken' })
})
