import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { besideResult } from '@millrace/job'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { reasonLines, whyFailed } from './why-failed.ts'

const HEADER = 'row,object,byte,line,code,message,attempts\n'

async function resultWith(
  failedByCode: Record<string, number>,
  errors: string,
  uris: readonly string[] = ['file:///a.csv'],
) {
  const folder = await temporaryFolder()
  const failed = Object.values(failedByCode).reduce((sum, rows) => sum + rows, 0)
  const rows = { total: failed, predicted: 0, failed, failedByCode }
  const files = besideResult(join(folder, 'scores.csv.gz'))
  const objects = uris.map((uri) => ({ uri, bytes: 9, version: 'v1' }))
  const dataset = { objects, header: true, width: 1, digest: 'ab', sha256OfBatches: 'cd' }
  await writeFile(files.manifest, JSON.stringify({ rows, dataset }))
  await writeFile(files.errors, HEADER + errors)
  return files
}

test('each code comes with its first row, the most frequent one first', async () => {
  const files = await resultWith(
    { row_width: 1, rows_rejected: 2_000 },
    '0,"file:///a,b.csv",0,1,"row_width","8 fields, wanted 9",1\n' +
      '4,"file:///a,b.csv",90,7,"rows_rejected","not a ""number"",\n\n  at all",1\n' +
      '5,"file:///a,b.csv",99,8,"rows_rejected","another",1\n',
  )
  expect(reasonLines(await whyFailed(files))).toEqual([
    '2,000 rows_rejected, as row 4 (line 7): not a "number", at all',
    '1 row_width, as row 0 (line 1): 8 fields, wanted 9',
  ])
})

test('a message is told without its guard against spreadsheets', async () => {
  const row = `3,"file:///a.csv",0,1,"rows_rejected","'=cmd|' is no number",1\n`
  const files = await resultWith({ rows_rejected: 1 }, row)
  expect(reasonLines(await whyFailed(files))).toEqual([
    "1 rows_rejected, as row 3 (line 1): =cmd|' is no number",
  ])
})

test('a row of an object that is gone has no line', async () => {
  const files = await resultWith({ row_width: 1 }, '3,"file:///a.csv",,,"row_width","short",1\n')
  expect(reasonLines(await whyFailed(files))).toEqual(['1 row_width, as row 3: short'])
})

test('of several objects, the one that the row lies in is named', async () => {
  const near = pathToFileURL(join(process.cwd(), 'data/my b.csv')).href
  const files = await resultWith(
    { row_width: 2, rows_rejected: 1 },
    `3,"${near}",9,3,"row_width","short",1\n8,"s3://data/c.csv",,,"rows_rejected","no",1\n`,
    ['file:///a.csv', near, 's3://data/c.csv'],
  )
  expect(reasonLines(await whyFailed(files))).toEqual([
    '2 row_width, as row 3 (line 3 of data/my b.csv): short',
    '1 rows_rejected, as row 8 (in s3://data/c.csv): no',
  ])
})

test('a long message is cut, and does not speak to the terminal', async () => {
  const files = await resultWith(
    { rows_rejected: 1 },
    `3,"file:///a.csv",0,1,"rows_rejected","\u001b[31m${'x'.repeat(900)}",1\n`,
  )
  const [line = ''] = reasonLines(await whyFailed(files))
  expect(line).toContain('(line 1): \uFFFD[31mxxx')
  expect(line).toMatch(/x…$/)
  expect(line.length).toBeLessThan(250)
})

test('of many failed rows the first are read, up to one that is cut off', async () => {
  const one = (row: number) =>
    `${row},"file:///a.csv",0,${row},"c${row % 2}","${'y'.repeat(90)}",1\n`
  const errors = Array.from({ length: 3_000 }, (_, row) => one(row)).join('')
  const files = await resultWith(
    { c0: 1_500, c1: 1_500, late: 7 },
    `${errors}9,"",0,9,"late","",1\n`,
  )
  const reasons = await whyFailed(files)
  expect(reasons.map(({ code, example }) => [code, example?.row])).toEqual([
    ['c0', '0'],
    ['c1', '1'],
    ['late', undefined],
  ])
})

test('more codes than three are counted', () => {
  const reasons = ['a', 'b', 'c', 'd', 'e'].map((code) => ({ code, rows: 1 }))
  expect(reasonLines(reasons)).toEqual(['1 a', '1 b', '1 c', 'and 2 other codes'])
  expect(reasonLines(reasons.slice(1)).at(-1)).toBe('and 1 other code')
})

test('without files beside the result nothing is told', async () => {
  expect(await whyFailed(besideResult(join(await temporaryFolder(), 'scores.csv')))).toEqual([])
})
