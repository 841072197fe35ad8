import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { addedColumns, decideBy } from './decide.ts'

const decision = jobSpecSchema.shape.decision.unwrap()
const decide = (input: object, prediction: string) => decideBy(decision.parse(input))?.(prediction)

test.for([
  ['0.5', '0'],
  ['0.50000000000000001', '0'],
  ['0.5000001', '1'],
  ['4.999999873689376e-05', '0'],
  ['1', '1'],
  ['-inf', '0'],
  ['Infinity', '1'],
  [' 0.7', '1'],
  ['nan', ''],
] as const)('the prediction %j is of class %j', ([prediction, label]) => {
  expect(decide({}, prediction)).toBe(label)
})

test('the threshold and the labels are those of the job', () => {
  const churn = { threshold: 0.8, labels: ['stays', 'leaves'] }
  expect(decide(churn, '0.8')).toBe('stays')
  expect(decide(churn, '0.81')).toBe('leaves')
})

test.for([
  ['the greatest', '0.1,0.7,0.2', 'b'],
  ['the first of two equals', '0.4,0.4,0.2', 'a'],
  ['a bracketed list', '[0.1, 0.2, 0.7]', 'c'],
  ['a quoted list', '"[0.1, 0.7, 0.2]"', 'b'],
  ['a class without a label', '0,0,0,1', '3'],
  ['a probability that is no number', '0.1,nan,0.2', ''],
] as const)('multi-class, for %s, answers its label', ([, prediction, label]) => {
  expect(decide({ kind: 'multiclass', labels: ['a', 'b', 'c'] }, prediction)).toBe(label)
})

test.for([
  ['binary', '0.1,0.9', /one number .* "0.1,0.9"/],
  ['binary', 'yes', /one number .* "yes"/],
  ['binary', '', /one number/],
  ['multiclass', '0.9', /several numbers/],
  ['multiclass', '0.1,,0.9', /several numbers/],
] as const)('a %s decision on %j is refused with a hint', ([kind, prediction, message]) => {
  const act = () => decide({ kind }, prediction)
  expect(act).toThrow(message)
  expect(act).toThrow(
    expect.objectContaining({
      code: 'prediction_unfit',
      hint: expect.stringContaining('decision.kind'),
    }),
  )
})

test.for([
  ['binary', ['Prediction', 'Binary Classification']],
  ['multiclass', ['Prediction', 'Classification']],
  ['none', ['Prediction']],
] as const)('a %s decision adds the columns %j', ([kind, names]) => {
  expect(addedColumns(decision.parse({ kind }))).toEqual(names)
})

test('without a decision, there is no class', () => {
  expect(decideBy(decision.parse({ kind: 'none' }))).toBeUndefined()
})
