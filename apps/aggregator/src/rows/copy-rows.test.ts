import { chooseColumns, rowOffsets } from '@millrace/csv'
import type { JobSpecInput, PinnedDataset } from '@millrace/job'
import { decideBy, readLines } from '@millrace/predictions'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRowCopier } from './copy-rows.ts'
import { createCsvFormat } from './format-csv.ts'
import { jobWith, planOf } from '../test-data.fixture.ts'

const dataset: PinnedDataset = { objects: [], header: false, width: 3 }
const output = { uri: 's3://results/scores.csv' }
const batch = planOf(1)[0]!

/** The rows of a batch as the format writes them, and as it does when nothing can be copied. */
function bothWays(change: Partial<JobSpecInput>, predictions: readonly string[], text?: string) {
  const { spec } = jobWith(change)
  const deciding = decideBy(spec.decision, spec.output.names, '')
  const lines = readLines(Buffer.from(predictions.join('\n')))
  const bytes = Buffer.from(text ?? '')
  const input =
    text === undefined ? undefined : { bytes, offsets: rowOffsets(bytes, spec.dataset.csv) }
  const { join } = spec.output
  const selection = chooseColumns(dataset, Array.isArray(join) ? { include: join } : undefined)
  const rows = { batch, lines, input }
  const taken = { ...rows, lines: { ...lines, plain: false } }
  const format = createCsvFormat(spec, dataset, deciding)
  const copier = createRowCopier(spec.dataset.csv, selection, deciding)
  return {
    isCopied: copier.copy(lines, input) !== undefined,
    isJoined: copier.join(lines, bytes) !== undefined,
    written: String(format.rows(rows)),
    takenApart: String(format.rows(taken)),
  }
}

/** Not of a size that a probability never has, which the kernel leaves to others. */
const printed = (value: number): string => String(Math.abs(value) < 1e-30 ? 0 : value)
const prediction = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -1, max: 2, noNaN: true }).map(printed) },
  { weight: 1, arbitrary: fc.constantFrom('', '0.5', '0.50000000000000001', '5e-1') },
)
const field = fc.oneof(
  fc.constantFrom('', '""', '"a,b"', '"a\nb"', '"say ""hi"""', '1.50', '-'.repeat(40)),
  fc.integer().map(String),
)
const lineEnd = fc.constantFrom('\n', '\r\n', '\n\n', '\r')
const row = fc
  .tuple(fc.array(field, { minLength: 3, maxLength: 3 }), lineEnd)
  .map(([fields, end]) => `${fields.join(',')}${end}`)
const rows = fc.array(fc.tuple(prediction, row), { minLength: 1, maxLength: 60 })
const decision = fc.constantFrom<NonNullable<JobSpecInput['decision']>[]>(
  {},
  { threshold: [0.1, 0.5, 0.9] },
  { labels: ['no', 'yes, surely'] },
  { kind: 'none' },
)

test('whatever is joined, copied rows are those that were taken apart', () => {
  const join = fc.constantFrom('all' as const, [1], [2, 0])
  fc.assert(
    fc.property(rows, decision, join, fc.boolean(), (rows, decision, join, ends) => {
      const text = rows.map(([, row]) => row).join('')
      const change = { decision, output: { ...output, join } }
      const input = ends ? text : text.replace(/[\r\n]+$/, '')
      const { isCopied, written, takenApart } = bothWays(
        change,
        rows.map(([prediction]) => prediction),
        input,
      )
      // A lone column may be empty in a row.
      expect(isCopied).toBe(join.length !== 1 || !/,(?:""|),/.test(text))
      expect(written).toBe(takenApart)
    }),
    { numRuns: 300 },
  )
})

const plainField = fc.oneof(
  fc.integer().map(String),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
)
const plainRow = fc
  .array(
    plainField.map((text) => text.replace(/[\n\r",]/g, '')),
    { minLength: 3, maxLength: 3 },
  )
  .map((fields) => fields.join(','))
const number = prediction.filter((text) => text !== '')
const plainRows = fc.array(fc.tuple(number, plainRow), { minLength: 1, maxLength: 60 })
const whole = { output: { ...output, join: 'all' as const } }

test('rows that are lines are joined without being found, and are those that were taken apart', () => {
  fc.assert(
    fc.property(plainRows, decision, (rows, decision) => {
      const { isJoined, written, takenApart } = bothWays(
        { ...whole, decision },
        rows.map(([prediction]) => prediction),
        rows.map(([, row]) => `${row}\n`).join(''),
      )
      expect(isJoined).toBe(true)
      expect(written).toBe(takenApart)
    }),
    { numRuns: 300 },
  )
})

test.for([
  ['a quote', '1,"2",3\n4,5,6\n'],
  ['a CR', '1,2,3\r\n4,5,6\n'],
  ['a CR alone', '1,2,3\r4,5,6\n'],
  ['a blank line', '1,2,3\n\n4,5,6\n'],
  ['a blank line behind them', '1,2,3\n4,5,6\n\n'],
  ['no line end behind the last one', '1,2,3\n4,5,6'],
  ['no line end, and much before', `${'1'.repeat(100)},2,3\n4,5,${'6'.repeat(44)}`],
])('rows with %s are found first', ([, text]) => {
  const { isCopied, isJoined, written, takenApart } = bothWays(whole, ['0.25', '0.75'], text)
  expect({ isCopied, isJoined }).toEqual({ isCopied: true, isJoined: false })
  expect(written).toBe(takenApart)
})

test('without the input, copied rows are those that were taken apart', () => {
  fc.assert(
    fc.property(fc.array(prediction, { minLength: 1, maxLength: 60 }), decision, (lines, of) => {
      const { written, takenApart } = bothWays({ decision: of, output }, lines)
      expect(written).toBe(takenApart)
    }),
  )
})

test.for([
  ['a prediction that is no plain number', {}, ['nan']],
  ['a failed row without any other field', { decision: { kind: 'none' } }, ['0.5', '']],
  ['several numbers in a row', { decision: { kind: 'multiclass', labels: ['a', 'b'] } }, ['1,0']],
] as const)('%s is taken apart', ([, change, predictions]) => {
  expect(bothWays({ output, ...change } as Partial<JobSpecInput>, predictions).isCopied).toBe(false)
})

test.for([
  ['where columns are chosen', [0], ['0.5', '0.5'], false],
  ['beside failed rows', 'all', ['0.5', ''], false],
  ['but not as whole rows that are predicted', 'all', ['0.5', '0.5'], true],
] as const)('rows of another width are taken apart %s', ([, join, predictions, isCopied]) => {
  const change = { output: { ...output, join: join === 'all' ? join : [...join] } }
  const both = bothWays(change, predictions, '1,2,3\n1,2\n')
  expect(both.isCopied).toBe(isCopied)
  expect(both.written).toBe(both.takenApart)
})

test('a delimiter that is in numbers has everything taken apart', () => {
  const change = { dataset: { uri: 's3://data/rows.csv', csv: { delimiter: '-' } } }
  expect(bothWays({ ...change, output }, ['0.5']).isCopied).toBe(false)
})
