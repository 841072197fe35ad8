import { expect, test } from 'vitest'
import { createWorld } from '../test-data.fixture.ts'
import { createMeasure, measureFor } from './measure.ts'

const costs = { falsePositive: 1, falseNegative: 1 }
const note = (): void => {}
const binary = { kind: 'binary', threshold: 0.5, labels: ['no', 'yes'] } as const
const scores = Float64Array.of(0.9, 0.8, 0.2, 0.1)

test.for([
  [['yes', 'no', 'yes', 'no'], undefined],
  [['1.0', '0.0', '1', '0'], '1'],
  [['1', '0', '1', '0'], '1.0'],
  [[' yes', 'no ', 'yes', 'maybe'], undefined],
] as const)('labels %j with the positive %j are two and two', ([labels, positive]) => {
  const measure = createMeasure(binary, { rows: 4, positive, costs, note })
  measure.add({ scores }, labels)
  expect(measure.finish().quality).toMatchObject({ positives: 2, negatives: 2, rocAuc: 0.75 })
})

test.for(['', 'nan', 'NA', 'null', ' '])('the label %j is none', (label) => {
  const measure = createMeasure(binary, { rows: 4, costs, note })
  measure.add({ scores }, ['yes', 'no', label, label])
  expect(measure.finish().quality).toMatchObject({ positives: 1, negatives: 1, withoutLabel: 2 })
})

test.for([
  [['none', 'fraud'], undefined, ['fraud', 'none', 'None', 'nan']],
  [['fraud', 'NA'], undefined, ['NA', 'fraud', 'na', '']],
  [['no', 'yes'], 'null', ['null', 'no', 'none', 'NULL']],
] as const)(
  'a class of %j, or the positive %j, is no missing label',
  ([labels, positive, given]) => {
    const measure = createMeasure({ ...binary, labels }, { rows: 4, positive, costs, note })
    measure.add({ scores }, given)
    expect(measure.finish().quality).toMatchObject({ positives: 1, negatives: 1, withoutLabel: 2 })
  },
)

test('of several classes, one that is called none is counted', () => {
  const labels = ['none', 'fraud', 'error']
  const measure = createMeasure({ ...binary, kind: 'multiclass', labels }, { rows: 4, costs, note })
  measure.add({ scores, classes: ['none', 'fraud', 'none', 'error'] }, ['none', 'none', 'None', ''])
  expect(measure.finish().quality).toMatchObject({ rows: 2, accuracy: 0.5, withoutLabel: 2 })
})

test.for([
  [
    ['1', '0', '1', '0'],
    undefined,
    '0 rows with the positive label yes, 4 with another: the labels are 1, 0',
  ],
  [
    ['1', '0', '1', '0'],
    'nope',
    '0 rows with the positive label nope, 4 with another: the labels are 1, 0',
  ],
  [
    ['yes', '', 'yes', ''],
    undefined,
    '2 rows with the positive label yes, 0 with another: the labels are yes',
  ],
  [
    ['', '', '', ''],
    undefined,
    '0 rows with the positive label yes, 0 with another: the labels are none',
  ],
] as const)(
  'labels %j with the positive %j are one class: it is named, and what was found',
  ([labels, positive, counts]) => {
    const measure = createMeasure(binary, { rows: 4, positive, costs, note })
    measure.add({ scores }, labels)
    expect(() => measure.finish()).toThrow(
      expect.objectContaining({
        message: `make report: one_class_only (${counts})`,
        hint: expect.stringContaining('--positive'),
      }),
    )
  },
)

test.for([
  [['1', '0', '1.0', 'nan'], []],
  [['1', '17', '-3', '1'], [/^the labels have more than two different values \(1, 17, -3\)/]],
  [['1', '0', '0', '2'], []],
] as const)('of labels %j, what is no class of two is told', ([labels, notes]) => {
  const told: string[] = []
  const options = { rows: 4, positive: '1', costs, note: (text: string) => void told.push(text) }
  const measure = createMeasure(binary, options)
  measure.add({ scores: Float64Array.of(0.9, 0.8, 0.2, Number.NaN) }, labels)
  const { quality } = measure.finish()
  expect(told).toEqual(notes.map((note) => expect.stringMatching(note)))
  expect(quality).toMatchObject({ labels: { positive: '1' } })
})

test.for([
  ['multiclass', 'labels.csv'],
  ['none', 'labels.csv'],
  ['none', undefined],
] as const)('where the decision is %s, with labels %j none is positive', ([kind, labels]) => {
  const usual = { positive: '1', costFalsePositive: 1, costFalseNegative: 1 }
  const options = labels === undefined ? usual : { ...usual, labels }
  expect(() => measureFor({ ...binary, kind }, 4, options, createWorld({}).world)).toThrow(
    expect.objectContaining({
      message: `--positive: has no effect where the decision is ${kind}`,
      hint: 'it is for a binary decision, whose second class it names',
    }),
  )
})

test('of labels that are no class at all, says so', () => {
  const measure = createMeasure(
    { ...binary, kind: 'multiclass', labels: ['a', 'b', 'c'] },
    { rows: 2, costs, note },
  )
  measure.add({ scores: scores.subarray(0, 2), classes: ['a', 'c'] }, ['0', '1'])
  expect(() => measure.finish()).toThrow(
    'no label is one of the classes a, b, c: the labels are 0, 1',
  )
})

test('a class that is never predicted is one', () => {
  const measure = createMeasure(
    { ...binary, kind: 'multiclass', labels: ['a', 'b', 'c'] },
    { rows: 2, costs, note },
  )
  measure.add({ scores: scores.subarray(0, 2), classes: ['a', 'c'] }, ['b', 'b'])
  expect(measure.finish().quality).toMatchObject({ rows: 2, accuracy: 0 })
})

test('numbers are compared as numbers', () => {
  const measure = createMeasure({ ...binary, kind: 'none' }, { rows: 4, costs, note })
  measure.add({ scores }, ['1', '', '0.2', 'n/a'])
  const { quality } = measure.finish()
  expect(quality).toMatchObject({ rows: 2, withoutLabel: 2 })
  expect(quality.kind === 'regression' && quality.meanAbsoluteError).toBeCloseTo(0.05, 12)
})
