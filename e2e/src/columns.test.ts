import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chooseColumns, inspectHead, selectColumns } from '@millrace/csv'
import { expect, test } from 'vitest'
import { runCli, temporaryFolder } from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'

const FEATURES = 'month,day,day_of_week,hour,minute,distance,origin_code,destination_code'.split(
  ',',
)

test('the features chosen by name are features.csv, byte for byte', async () => {
  const table = await readFile(flights.wide)
  const csv = { delimiter: ',', quote: '"' }
  const head = inspectHead(table, csv, 'auto')
  expect(head.columns?.slice(0, 4)).toEqual(['date', 'origin', 'destination', 'delay'])
  const body = table.subarray(head.bodyStart)
  const features = await readFile(flights.features)
  for (const choice of [{ include: FEATURES }, { exclude: head.columns!.slice(0, 4) }]) {
    expect(features.equals(selectColumns(body, csv, chooseColumns(head, choice)))).toBe(true)
  }
})

test('with the features chosen by name, the result is the answer key', async () => {
  await using folder = await temporaryFolder()
  const args = [
    '--local-model',
    flights.model,
    '--include',
    FEATURES.join(','),
    '--out',
    'late.csv',
  ]
  const { code, stderr } = await runCli(['run', flights.wide, ...args], { cwd: folder.path })
  expect(stderr).toContain('12,000 rows, 0 failed')
  expect(code).toBe(0)
  expect((await readFile(join(folder.path, 'late.csv'), 'utf8')) === expectedResult()).toBe(true)
})

test('text sent to a model of numbers is told by the names of its columns', async () => {
  await using folder = await temporaryFolder()
  const args = ['--local-model', flights.model, '--out', 'late.csv']
  const { code, stderr } = await runCli(['run', flights.table, ...args], { cwd: folder.path })
  expect(code).toBe(1)
  expect(stderr).toContain('There is text in date, origin, destination')
  expect(stderr).toContain('--exclude')
})
