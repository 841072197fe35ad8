import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { jobOfResult } from './job-of-result.ts'

const manifestOf = (...uris: readonly string[]): string =>
  JSON.stringify({
    jobId: 'j-4f2a',
    outputs: uris.map((uri) => ({ uri, bytes: 1, sha256: 'a'.repeat(64) })),
  })

test('a result is of the job whose manifest beside it lists it', async () => {
  const folder = await temporaryFolder()
  const uri = pathToFileURL(join(folder, 'my scores.csv.gz')).href
  await writeFile(join(folder, 'my scores.manifest.json'), manifestOf(uri))
  const found = await jobOfResult(join(folder, 'my scores.csv.gz'))
  expect(found).toEqual({ jobId: 'j-4f2a', isPerObject: false })
})

test('a result of one object is of the job whose tree it lies in, wherever that was moved', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'a', 'b'), { recursive: true })
  await writeFile(join(folder, 'manifest.json'), manifestOf('s3://results/k/a/b/1.csv.out'))
  const found = await jobOfResult(join(folder, 'a', 'b', '1.csv.out'))
  expect(found).toEqual({ jobId: 'j-4f2a', isPerObject: true })
})

test('the result of a folder is all of it', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'manifest.json'), manifestOf('s3://results/k/result.csv'))
  const found = await jobOfResult(join(folder, 'result.csv'))
  expect(found).toEqual({ jobId: 'j-4f2a', isPerObject: false })
})

test.for([
  ['lists another file', manifestOf('s3://results/other.csv')],
  ['lists the file in another folder', manifestOf('s3://results/b/1.csv.out')],
  ['is no JSON', '{'],
  ['is no manifest', '{"name":"app","outputs":"none"}'],
] as const)('a manifest that %s tells nothing', async ([, text]) => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'a'))
  await writeFile(join(folder, 'manifest.json'), text)
  expect(await jobOfResult(join(folder, 'a', '1.csv.out'))).toBeUndefined()
})
