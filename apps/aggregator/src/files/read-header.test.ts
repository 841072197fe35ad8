import { headBytes } from '@millrace/csv'
import type { JobSpecInput, PinnedDataset } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { readHeader } from './read-header.ts'

const output = { uri: 's3://results/scores.csv' }
const joined = { output: { ...output, join: 'all' as const } }

/** The header of a dataset of these objects, and how often they were read for it. */
async function headerOf(change: Partial<JobSpecInput>, texts: readonly string[], header = true) {
  const objects = texts.map((text, index) => ({
    uri: `s3://data/${index}.csv`,
    bytes: Buffer.byteLength(text, 'latin1'),
    version: 'v1',
  }))
  const dataset: PinnedDataset = { objects, header, width: 2 }
  let reads = 0
  const row = await readHeader(
    async ({ object, bytes }, target) => {
      reads += 1
      const text = Buffer.from(texts[object] ?? '', 'latin1')
      target.set(text.subarray(bytes.start, bytes.end))
    },
    jobWith(change).spec,
    dataset,
  )
  return { row: row?.toString('latin1'), reads }
}

describe('of a dataset that is joined, the header', () => {
  test.for([
    ['has its very bytes', ['"a","pr\xe4d"\r\n1,2\r\n'], '"a","pr\xe4d"\r\n'],
    ['comes without byte order mark and blank lines', ['\xef\xbb\xbf\n\r\na,b\n1,2\n'], 'a,b\n'],
    ['is that of the first object with a row', ['', '\n\n', 'a,b\n1,2\n', 'A,B\n'], 'a,b\n'],
    ['that ends within quotes is closed', ['a,"b\n'], 'a,"b\n"'],
  ] as const)('%s', async ([, texts, row]) => {
    expect(await headerOf(joined, texts)).toMatchObject({ row })
  })

  test('that is larger than a head is read on', async () => {
    const row = `${'a'.repeat(headBytes)},b\n`
    expect(await headerOf(joined, [`${row}1,2\n`])).toEqual({ row, reads: 2 })
  })
})

test.for<[string, Partial<JobSpecInput>, boolean]>([
  ['rows that are joined to none', {}, true],
  ['a dataset that has none', joined, false],
  ['a result without one', { output: { ...output, join: 'all', header: 'absent' } }, true],
  ['JSON lines', { output: { ...output, join: 'all', format: 'jsonl' } }, true],
])('of %s, no header is read', async ([, change, header]) => {
  expect(await headerOf(change, ['a,b\n1,2\n'], header)).toEqual({ row: undefined, reads: 0 })
})
