import { decisionSchema, jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { undecidedLines } from './undecided-lines.ts'

const json = 'json:predictions[].score'

/** The lines that are undecided, and what was wanted of each. */
function undecided(
  decision: object,
  response: string,
  lines: readonly string[],
  known?: number,
): [number, string][] {
  const spec = jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://tables/data.csv' },
    endpoint: { name: 'churn', response },
    decision: decisionSchema.parse(decision),
    output: { uri: 's3://results/scores.csv' },
  })
  const found = undecidedLines(spec, Buffer.from(lines.join('\n')), known)
  return [...found].map(([line, { wanted }]) => [line, wanted])
}

const classes = { kind: 'multiclass' }
const three = { kind: 'multiclass', labels: ['a', 'b', 'c'] }

test.for<[string, object, string, string[], [number, string][]]>([
  ['numbers', {}, 'auto', ['0.5', 'nan', '', '-inf', ' 1'], []],
  ['numbers of a path', {}, json, ['0.5', '', 'NaN', '1e-5'], []],
  ['a null among numbers', {}, json, ['0.5', 'null', '0.1'], [[1, 'one number']]],
  ['a null that was found', {}, 'auto', ['0.5', 'null', 'nan'], [[1, 'one number']]],
  [
    'a null that was found, of classes',
    three,
    'auto',
    ['1,0,0', 'null'],
    [[1, '3 numbers, one a label']],
  ],
  [
    'a null in a list that was found',
    three,
    'auto',
    ['[1, 0, null]'],
    [[0, '3 numbers, one a label']],
  ],
  [
    'a null that was found where nothing is decided',
    { kind: 'none' },
    'auto',
    ['null', '1'],
    [[0, 'a number']],
  ],
  ['a word in a column', {}, 'csv:1', ['0.5', '0.1', 'n/a'], [[2, 'one number']]],
  ['several numbers for one', {}, 'auto', ['0.5', '0.1,0.9'], [[1, 'one number']]],
  ['a list of one number', {}, 'auto', ['[0.5]', '0.5'], [[0, 'one number']]],
  ['classes', classes, 'auto', ['0.1,0.9', '[0.2, 0.8]'], []],
  ['one number for classes', classes, 'auto', ['0.1,0.9', '0.3'], [[1, 'several numbers']]],
  [
    'a null among classes',
    classes,
    json,
    ['[1, 0]', '[null, 1]'],
    [[1, '2 numbers, as the first rows have']],
  ],
  ['as many classes as labels', three, 'auto', ['0.1,0.2,0.7', '"[1, 0, 0]"'], []],
  [
    'another number of them',
    three,
    'auto',
    ['0.1,0.2,0.7', '', '0.1,0.9'],
    [[2, '3 numbers, one a label']],
  ],
  ['anything where nothing is decided', { kind: 'none' }, json, ['null', 'cat'], []],
])('of %s, tells which lines cannot be decided on', ([, decision, response, lines, found]) => {
  expect(undecided(decision, response, lines)).toEqual(found)
})

test('where the number of classes is known, lines with another one are undecided', () => {
  const lines = ['0.1,0.9', '0.1,0.2,0.7', '', '[0.3, 0.3, 0.4]', '0.5']
  const wanted = '3 numbers, as the first rows have'
  for (const response of ['auto', json]) {
    expect(undecided(classes, response, lines)).toEqual([[4, 'several numbers']])
    expect(undecided(classes, response, lines, 3)).toEqual([
      [0, wanted],
      [4, wanted],
    ])
  }
})
