import { expect, test } from 'vitest'
import { createMeasure } from './measure.ts'

const costs = { falsePositive: 1, falseNegative: 1 }
const binary = { kind: 'binary', threshold: 0.5, labels: ['no', 'yes'] } as const
const scores = Float64Array.of(0.9, 0.8, 0.2, 0.1)

test.for([
  [['yes', 'no', 'yes', 'no'], undefined],
  [['1.0', '0.0', '1', '0'], '1'],
  [['1', '0', '1', '0'], '1.0'],
  [[' yes', 'no ', 'yes', 'maybe'], undefined],
] as const)('labels %j with the positive %j are two and two', ([labels, positive]) => {
  const measure = createMeasure(binary, { rows: 4, positive, costs })
  measure.add({ scores }, labels)
  expect(measure.finish().quality).toMatchObject({ positives: 2, negatives: 2, rocAuc: 0.75 })
})

test.for(['', 'nan', 'NA', 'null', ' '])('the label %j is none', (label) => {
  const measure = createMeasure(binary, { rows: 4, costs })
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
    const measure = createMeasure({ ...binary, labels }, { rows: 4, positive, costs })
    measure.add({ scores }, given)
    expect(measure.finish().quality).toMatchObject({ positives: 1, negatives: 1, withoutLabel: 2 })
  },
)

test('of several classes, one that is called none is counted', () => {
  const labels = ['none', 'fraud', 'error']
  const measure = createMeasure({ ...binary, kind: 'multiclass', labels }, { rows: 4, costs })
  measure.add({ scores, classes: ['none', 'fraud', 'none', 'error'] }, ['none', 'none', 'None', ''])
  expect(measure.finish().quality).toMatchObject({ rows: 2, accuracy: 0.5, withoutLabel: 2 })
})

test('without the positive label, says which option names it', () => {
  const measure = createMeasure(binary, { rows: 4, costs })
  measure.add({ scores }, ['1', '0', '1', '0'])
  expect(() => measure.finish()).toThrow(/one_class_only/)
})

test('several classes are counted as their texts', () => {
  const measure = createMeasure({ ...binary, kind: 'multiclass' }, { rows: 3, costs })
  measure.add({ scores: scores.subarray(0, 3), classes: ['0', '2', ''] }, ['0.0', '1', '2'])
  expect(measure.finish().quality).toMatchObject({ rows: 2, accuracy: 0.5, withoutScore: 1 })
})

test('of labels that are no class at all, says so', () => {
  const measure = createMeasure(
    { ...binary, kind: 'multiclass', labels: ['a', 'b', 'c'] },
    { rows: 2, costs },
  )
  measure.add({ scores: scores.subarray(0, 2), classes: ['a', 'c'] }, ['0', '1'])
  expect(() => measure.finish()).toThrow(
    'no label is one of the classes a, b, c: the labels are 0, 1',
  )
})

test('a class that is never predicted is one', () => {
  const measure = createMeasure(
    { ...binary, kind: 'multiclass', labels: ['a', 'b', 'c'] },
    { rows: 2, costs },
  )
  measure.add({ scores: scores.subarray(0, 2), classes: ['a', 'c'] }, ['b', 'b'])
  expect(measure.finish().quality).toMatchObject({ rows: 2, accuracy: 0 })
})

test('numbers are compared as numbers', () => {
  const measure = createMeasure({ ...binary, kind: 'none' }, { rows: 4, costs })
  measure.add({ scores }, ['1', '', '0.2', 'n/a'])
  const { quality } = measure.finish()
  expect(quality).toMatchObject({ rows: 2, withoutLabel: 2 })
  expect(quality.kind === 'regression' && quality.meanAbsoluteError).toBeCloseTo(0.05, 12)
})
