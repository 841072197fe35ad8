import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { chooseColumns } from './column-selection.ts'
import { inspectHead } from './head.ts'
import { selectColumns } from './select-columns.ts'

const folder = new URL('../../../examples/flights/', import.meta.url)
const isThere = existsSync(new URL('flights.csv', folder))
if (!isThere) console.log('skipped: examples/flights is not there')
const dialect = { delimiter: ',', quote: '"' }

describe.skipIf(!isThere)('the flights', () => {
  test('give the model its distances when chosen by name', () => {
    const table = readFileSync(new URL('flights.csv', folder))
    const head = inspectHead(table, dialect, 'auto')
    const selection = chooseColumns(head, { include: ['distance'] })
    const payload = selectColumns(table.subarray(head.bodyStart), dialect, selection)
    const features = readFileSync(new URL('features.csv', folder), 'utf8').trim().split('\n')
    const distances = features.map((row) => row.split(',')[5])
    expect(Buffer.from(payload).toString().trim().split('\n')).toEqual(distances)
  })
})
