import { expect, test } from 'vitest'
import { writePinnedDataset } from './documents.ts'

const never = new AbortController().signal

test('a dataset whose names nobody would read is not written', async () => {
  const written: string[] = []
  const documents = {
    read: async () => undefined,
    write: async (name: string) => void written.push(name),
  }
  const uri = `s3://bucket/${'long/'.repeat(190)}`
  const objects = Array.from({ length: 70_000 }, (_, index) => ({
    ...{ uri: `${uri}${index}`, bytes: 1, version: '"1"' },
  }))
  const dataset = { objects, header: false, width: 1 }
  await expect(writePinnedDataset(documents, dataset, never)).rejects.toMatchObject({
    name: 'PlanError',
    message: expect.stringMatching(
      /^the dataset: 70000 objects take \d+ bytes to name, wanted 671/,
    ),
  })
  expect(written).toEqual([])
})
