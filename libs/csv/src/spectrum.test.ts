import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseFields } from './fields.ts'
import { inspectHead } from './head.ts'
import { rowOffsets } from './row-offsets.ts'

const folder = fileURLToPath(new URL('.', import.meta.resolve('csv-spectrum')))
/** Its JSON has another phone number than its CSV, and no array. */
const MISTAKEN = 'location_coordinates'
const names = readdirSync(`${folder}/csvs`)
  .map((file) => file.replace(/\.csv$/u, ''))
  .filter((name) => name !== MISTAKEN)
const csv = { delimiter: ',', quote: '"' }

describe('csv-spectrum', () => {
  test.for(names)('%s is read as its JSON says', (name) => {
    const bytes = readFileSync(`${folder}/csvs/${name}.csv`)
    const wanted = JSON.parse(readFileSync(`${folder}/json/${name}.json`, 'utf8'))
    expect(recordsOf(bytes)).toEqual(wanted)
  })

  test('a field with one quote in it is read as its JSON says', () => {
    const [record] = recordsOf(readFileSync(`${folder}/csvs/${MISTAKEN}.csv`))
    const wanted = JSON.parse(readFileSync(`${folder}/json/${MISTAKEN}.json`, 'utf8'))
    const column = 'Location Coordinates'
    expect(record?.[column]).toBe(wanted[column])
  })
})

function recordsOf(bytes: Uint8Array) {
  const { columns = [], bodyStart } = inspectHead(bytes, csv, 'present')
  const body = bytes.subarray(bodyStart)
  const offsets = rowOffsets(body, csv)
  return Array.from(offsets.subarray(1), (end, row) => {
    const fields = parseFields(body.subarray(offsets[row], end), csv)
    return Object.fromEntries(columns.map((name, column) => [name, fields[column]]))
  })
}
