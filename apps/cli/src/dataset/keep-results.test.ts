import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resultNames } from '@millrace/job'
import { fileUri } from '@millrace/storage'
import { expect, test } from 'vitest'
import { jobWith, never, temporaryFolder } from '../test-data.fixture.ts'
import { keepResults, keepUnvouched } from './keep-results.ts'

const JANUARY = 'file:///2026-01/table.csv'

/** A folder with the result of a table, and what its manifest tells of the two. */
async function createResult(name: string, more: object = {}) {
  const folder = await temporaryFolder()
  const { spec } = jobWith()
  const output = { ...spec.output, uri: fileUri(join(folder, name)) }
  const dataset = { ...spec.dataset, uri: JANUARY }
  await writeFile(join(folder, name), '0.5\n')
  const manifest = { spec: { ...spec, dataset, output, ...more } }
  const at = new URL(resultNames(output).manifest)
  await writeFile(at, JSON.stringify(manifest))
  return { folder, manifest: at }
}

const FEBRUARY = 'file:///2026-02/table.csv'

test.for([
  ['the same table again', JANUARY, false, 'table.csv'],
  ['another table, named', FEBRUARY, true, 'table.csv'],
  ['another name', FEBRUARY, false, 'other.csv'],
] as const)('beside a result there may be %s', async ([, dataset, isNamed, out]) => {
  const { folder } = await createResult('table.csv')
  const keeping = keepResults({ out, path: join(folder, out), dataset, isNamed }, never)
  await expect(keeping).resolves.toBeUndefined()
})

test.for([
  ['another table', FEBRUARY, false, 'table.csv', `is the result of another dataset, ${JANUARY}`],
  ['another format', JANUARY, true, 'table.parquet', 'and is that of table.csv'],
] as const)('over a result, %s is refused', async ([, dataset, isNamed, out, refusal]) => {
  const { folder } = await createResult('table.csv')
  const keeping = keepResults({ out, path: join(folder, out), dataset, isNamed }, never)
  await expect(keeping).rejects.toMatchObject({
    message: expect.stringContaining(refusal),
    hint: expect.stringMatching(/^choose another.*--out/),
    exitCode: 2,
  })
})

test.for([
  ['a newer version', { priority: 1 }],
  ['a newer version with other values', { decision: { kind: 'quantile' } }],
  ['an older version', { batching: { rows: 0 } }],
] as const)('the result of %s is kept as well', async ([, more]) => {
  const { folder } = await createResult('table.csv', more)
  const of = (out: string, isNamed: boolean) =>
    keepResults({ out, path: join(folder, out), dataset: FEBRUARY, isNamed }, never)
  await expect(of('table.parquet', true)).rejects.toThrow('is that of table.csv')
  await expect(of('table.csv', false)).rejects.toThrow('the result of another dataset')
})

test('a manifest without its result, and what is none, keep nobody', async () => {
  const { folder, manifest } = await createResult('gone table.csv')
  const wanted = { out: 'x', dataset: FEBRUARY, isNamed: true }
  const path = join(folder, 'gone table.parquet')
  await expect(keepResults({ ...wanted, path }, never)).rejects.toThrow('is that of gone table.csv')
  await writeFile(manifest, 'none')
  await expect(keepResults({ ...wanted, path }, never)).resolves.toBeUndefined()
})

test('at a place that nobody named, a file that no manifest vouches for is kept', async () => {
  const { folder, manifest } = await createResult('table.csv')
  const path = join(folder, 'table.csv')
  await expect(keepUnvouched('table.csv', path)).resolves.toBeUndefined()
  await expect(keepUnvouched('new.csv', join(folder, 'new.csv'))).resolves.toBeUndefined()
  await rm(manifest)
  await expect(keepUnvouched('table.csv', path)).rejects.toMatchObject({
    message: 'table.csv: is there already, and no manifest says that it is a result',
    hint: expect.stringContaining('--out table.csv replaces it'),
  })
})
