import { decisionSchema, outputSchema } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { decideBy } from './decide.ts'

const namesOf = (names: object = {}) => outputSchema.in.shape.names.parse(names)
const deciding = (decision: object, first = '0.1,0.7,0.2', names = {}) =>
  decideBy(decisionSchema.parse(decision), namesOf(names), first)
const fields = (decision: object, prediction: string) => deciding(decision).fields(prediction)
const columnNames = (...input: Parameters<typeof deciding>) =>
  deciding(...input).columns.map(({ name }) => name)

describe('binary', () => {
  test.for([
    ['0.5', '0'],
    ['0.50000000000000001', '0'],
    ['0.5000001', '1'],
    ['4.999999873689376e-05', '0'],
    ['1', '1'],
    ['-inf', '0'],
    ['Infinity', '1'],
    ['+INF', '1'],
    [' 0.7', '1'],
    ['nan', undefined],
    ['-NaN', undefined],
  ] as const)('the prediction %j is of class %j', ([prediction, label]) => {
    expect(fields({}, prediction)).toEqual([prediction, label])
  })

  test('the threshold and the labels are those of the job', () => {
    const churn = { threshold: 0.8, labels: ['stays', 'leaves'] }
    expect(fields(churn, '0.8')).toEqual(['0.8', 'stays'])
    expect(fields(churn, '0.81')).toEqual(['0.81', 'leaves'])
  })

  test('several thresholds have a column each, exactly one of them below', () => {
    const decision = { threshold: [0.3, 0.5, 0.9] }
    expect(fields(decision, '0.5')).toEqual(['0.5', '1', '0', '0'])
    expect(fields(decision, 'nan')).toEqual(['nan', undefined, undefined, undefined])
    expect(columnNames(decision)).toEqual([
      'Prediction',
      'Binary Classification 0.3',
      'Binary Classification 0.5',
      'Binary Classification 0.9',
    ])
  })
})

describe('multi-class', () => {
  const abc = { kind: 'multiclass', labels: ['a', 'b', 'c'] }

  test.for([
    ['the greatest', '0.1,0.7,0.2', ['0.1', '0.7', '0.2', 'b']],
    ['the first of two equals', '0.4,0.4,0.2', ['0.4', '0.4', '0.2', 'a']],
    ['a bracketed list', '[0.1, 0.2, 0.7]', ['0.1', '0.2', '0.7', 'c']],
    ['a quoted list', '"[0.1, 0.70, 0.2]"', ['0.1', '0.70', '0.2', 'b']],
    ['a probability that is no number', '0.1,nan,0.2', ['0.1', 'nan', '0.2', undefined]],
  ] as const)('for %s, answers its label', ([, prediction, expected]) => {
    expect(fields(abc, prediction)).toEqual(expected)
    const label = expected[3]
    const winner = label && expected[['a', 'b', 'c'].indexOf(label)]
    expect(fields({ ...abc, probabilities: 'winner' }, prediction)).toEqual([label, winner])
  })

  test('the columns have the names of the labels', () => {
    expect(columnNames(abc)).toEqual([
      'Probability a',
      'Probability b',
      'Probability c',
      'Classification',
    ])
    expect(columnNames({ ...abc, probabilities: 'winner' })).toEqual([
      'Classification',
      'Probability',
    ])
  })

  test('without labels, there are as many classes as the first row has', () => {
    const four = deciding({ kind: 'multiclass' }, '[0.1, 0.2, 0.3, 0.4]')
    expect(four.columns.at(-2)).toEqual({ name: 'Probability 3', type: 'number' })
    expect(four.columns.at(-1)).toEqual({ name: 'Classification', type: 'integer' })
    expect(four.fields('0,0,0,1')).toEqual(['0', '0', '0', '1', '3'])
    expect(() => four.fields('0.5,0.5')).toThrow('wanted 4 numbers, as the first rows have')
  })
})

test.for([
  ['binary', '0.1,0.9', /one number .*binary.* "0.1,0.9"/, /answers: multiclass or none/],
  ['binary', 'yes', /one number .* "yes"/, /multiclass or none/],
  ['binary', ' ', /one number/, /multiclass or none/],
  ['multiclass', '0.9', /3 numbers/, /--label\) for each class .*, or with decision\.kind none/],
  ['multiclass', '0.1,,0.9', /3 numbers/, /for each class/],
  ['multiclass', '0.1,0.9', /3 numbers/, /for each class/],
] as const)('a %s decision on %j is refused with a hint', ([kind, prediction, message, hint]) => {
  const act = () => fields({ kind }, prediction)
  expect(act).toThrow(message)
  expect(act).toThrow(
    expect.objectContaining({
      code: 'prediction_unfit',
      hint: expect.stringMatching(hint),
    }),
  )
})

test.for([
  ['numbers', { kind: 'none' }, '0.25', ['number']],
  ['texts', { kind: 'none' }, '[1, 2]', ['text']],
  ['whole labels', {}, '', ['number', 'integer']],
  ['labels with leading zeros', { labels: ['00', '01'] }, '', ['number', 'text']],
  ['named labels', { labels: ['no', '1'] }, '', ['number', 'text']],
] as const)('columns of %s are typed as such', ([, decision, first, types]) => {
  expect(deciding(decision, first).columns.map(({ type }) => type)).toEqual(types)
})

test('the names of the columns may be chosen', () => {
  const names = { prediction: 'score', probability: 'p', classification: 'late' }
  expect(columnNames({}, '', names)).toEqual(['score', 'late'])
  expect(columnNames({ threshold: [0.1, 0.2] }, '', names)).toEqual([
    'score',
    'late 0.1',
    'late 0.2',
  ])
  expect(columnNames({ kind: 'multiclass' }, '0,1', names)).toEqual(['p 0', 'p 1', 'late'])
  expect(columnNames({ kind: 'none' }, '', names)).toEqual(['score'])
})
