import { decisionSchema, type JobSpec, jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { unfitPrediction } from './unfit-prediction.ts'

const specWith = (decision: object): JobSpec =>
  jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://tables/data.csv' },
    endpoint: { name: 'churn' },
    decision: decisionSchema.parse(decision),
    output: { uri: 's3://results/scores.csv' },
  })

const told = (decision: object, ...lines: readonly string[]) =>
  unfitPrediction(specWith(decision), Buffer.from(lines.join('\n')))

test.for<[string, object, ...string[]]>([
  ['a number', {}, '0.25', '1'],
  ['a number that is none', {}, 'nan'],
  ['classes', { kind: 'multiclass' }, '0.1,0.9', '[0.2, 0.8]'],
  ['as many classes as labels', { kind: 'multiclass', labels: ['a', 'b'] }, '"[0.1, 0.9]"'],
  ['anything where nothing is decided', { kind: 'none' }, 'cat', '0.1,0.9'],
  ['a null among them', { kind: 'none' }, 'null', 'cat'],
  ['rows without a prediction', {}, '', ''],
  ['a null among numbers', {}, 'null', '0.5', ''],
  ['another number of classes in one row', { kind: 'multiclass' }, '0.1,0.9', '1,0,0', '0,0,1'],
  ['a row of classes without one', { kind: 'multiclass' }, '[null, 1]', '[0.1, 0.9]'],
])('%s will do', ([, decision, ...lines]) => {
  expect(told(decision, ...lines)).toBeUndefined()
})

test.for<[string, object, string[], RegExp]>([
  [
    'classes for one number',
    {},
    ['[0.1, 0.9]', '[0.3, 0.7]'],
    /^churn answers "\[0.1, 0.9\]" to a row, where decision.kind binary wants one number: set decision.kind to multiclass\.$/,
  ],
  ['nulls', {}, ['null', 'null'], /"null".* wants one number: set endpoint\.response to where/],
  [
    'nulls alone',
    { kind: 'none' },
    ['null'],
    /none wants a number: set endpoint\.response to where/,
  ],
  ['a word for a number', {}, ['cat'], /"cat".*wants one number: set decision.kind to none/],
  [
    'one number for classes',
    { kind: 'multiclass' },
    ['0.5'],
    /wants several numbers: set decision.kind to binary/,
  ],
  [
    'more classes than labels',
    { kind: 'multiclass', labels: ['a', 'b'] },
    ['0.1,0.2,0.7'],
    /wants 2 numbers, one a label: give it 3 labels, or none/,
  ],
])('%s are told with a remedy', ([, decision, lines, sentence]) => {
  expect(told(decision, ...lines)).toMatch(sentence)
})
