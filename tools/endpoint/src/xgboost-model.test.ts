import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { floatText } from './float-text.ts'
import { predict } from './predict.ts'
import { readCsv } from './read-csv.ts'
import { loadXgboostModel, parseXgboostModel } from './xgboost-model.ts'

/** A tree of one split on column 1 at 0.5, whose missing rows go right; leaves of different depth. */
const tree = {
  left_children: [1, -1, 3, -1, -1],
  right_children: [2, -1, 4, -1, -1],
  split_indices: [1, 0, 0, 0, 0],
  split_conditions: [0.5, -1, 7, 2, 4],
  default_left: [0, 0, 1, 0, 0],
}

const modelOf = (changes: Record<string, unknown> = {}, learner = {}) =>
  JSON.stringify({
    learner: {
      learner_model_param: { base_score: '5E-1', num_feature: '2' },
      objective: { name: 'reg:squarederror' },
      gradient_booster: { name: 'gbtree', model: { trees: [{ ...tree, ...changes }] } },
      ...learner,
    },
  })

const score = (json: string, ...rows: number[]) => [
  ...predict(parseXgboostModel(json), Float32Array.from(rows)),
]

test.for<[string, number[], number]>([
  ['below the threshold', [0, 0.25], -0.5],
  ['at the threshold', [0, 0.5], 2.5],
  ['above both thresholds', [7, 1], 4.5],
  ['missing where missing goes right', [9, Number.NaN], 4.5],
  ['missing where missing goes left', [Number.NaN, 1], 2.5],
])('scores a row %s', ([, row, expected]) => {
  expect(score(modelOf(), ...row)).toEqual([expected])
})

test.for<[string, string, number]>([
  ['binary:logistic', '5E-1', 1 / (1 + Math.exp(1))],
  ['reg:logistic', '[2E-1]', 1 / (1 + Math.exp(1 + Math.log(4)))],
  ['binary:logitraw', '0', -1],
])('with the objective %s and base score %s, gives %f', ([name, base_score, expected]) => {
  const json = modelOf(
    {},
    { objective: { name }, learner_model_param: { base_score, num_feature: '2' } },
  )
  expect(score(json, 0, 0)[0]).toBeCloseTo(expected, 6)
})

test.for<[string, string, string, string]>([
  ['text', 'month,day', 'model_invalid', 'not JSON'],
  ['other JSON', '{"learner": 1}', 'model_invalid', 'not a model that XGBoost saved as JSON'],
  ['a circle', modelOf({ right_children: [0, -1, 4, -1, -1] }), 'model_invalid', 'wanted a tree'],
  ['a child out of range', modelOf({ left_children: [9, -1, 3, -1, -1] }), 'model_invalid', 'tree'],
  ['arrays of unlike length', modelOf({ split_indices: [1] }), 'model_invalid', 'wanted a tree'],
  ['a column out of range', modelOf({ split_indices: [2, 0, 0, 0, 0] }), 'model_invalid', 'column'],
  ['categories', modelOf({ split_type: [1, 0, 0, 0, 0] }), 'model_unsupported', 'categorical'],
  [
    'classes',
    modelOf({}, { objective: { name: 'multi:softprob' } }),
    'model_unsupported',
    'softprob',
  ],
])('refuses %s', ([, json, code, words]) => {
  expect(() => parseXgboostModel(json)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(words) }),
  )
})

test('a file that is not there is told by its name', () => {
  expect(() => loadXgboostModel('/nowhere/model.json')).toThrow(
    expect.objectContaining({
      code: 'model_unreadable',
      message: 'read /nowhere/model.json: no such file',
    }),
  )
})

const bank = new URL('../../../../shared/data/bank/', import.meta.url)
const absent = !existsSync(bank)
if (absent) console.warn('skipped: the bank data set is not at hand')

test.skipIf(absent)('on the bank, with missing fields, answers all rows alike', () => {
  const model = loadXgboostModel(new URL('model.json', bank))
  const csv = readCsv(readFileSync(new URL('features.csv', bank)), model.features)
  if (csv.kind !== 'rows') throw new Error(csv.message)
  const answers = Array.from(predict(model, csv.matrix), floatText)
  const expected = readFileSync(new URL('expected.txt', bank), 'utf8').trimEnd().split('\n')
  expect(answers).toEqual(expected)
})
