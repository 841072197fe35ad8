import { describe, expect, test } from 'vitest'
import { decisionSchema, outputSchema, resultIssues } from './result-spec.ts'

/** What is said of a result with these names. */
function told(names: object, decision: object, output: object): readonly string[] {
  const uri = 's3://lake/scores.csv'
  return resultIssues(
    'csv',
    decisionSchema.parse(decision),
    outputSchema.parse({ uri, ...output, names }),
  ).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

const same = { prediction: 'p', classification: 'p' }
const winner = { kind: 'multiclass', probabilities: 'winner' }

describe.for(['csv', 'jsonl', 'parquet'])('in %s', (format) => {
  test.for<[string, object, object]>([
    ['p', same, {}],
    ['Binary Classification', { prediction: 'Binary Classification' }, {}],
    ['Prediction', { classification: 'Prediction' }, {}],
    ['p 0.3', { ...same, prediction: 'p 0.3' }, { threshold: [0.3, 0.5] }],
    ['Classification', { probability: 'Classification' }, winner],
    [
      'p no',
      { probability: 'p', classification: 'p no' },
      { kind: 'multiclass', labels: ['yes', 'no'] },
    ],
    ['p 1', { probability: 'p', classification: 'p 1' }, { kind: 'multiclass' }],
  ])('two columns %s are refused', ([name, names, decision]) => {
    expect(told(names, decision, { format })).toEqual([
      `output.names: wanted different ones, got two columns "${name}"`,
    ])
  })

  test.for<[string, object, object]>([
    ['the class', same, { kind: 'none' }],
    ['the one column of several thresholds', same, { threshold: [0.3, 0.5] }],
    ['the prediction', same, { kind: 'multiclass' }],
    ['the one probability', { probability: 'p', classification: 'p' }, { kind: 'multiclass' }],
    ['a probability', { prediction: 'p', probability: 'p' }, {}],
    [
      'a class that may not be',
      { probability: 'p', classification: 'p 2' },
      { kind: 'multiclass' },
    ],
  ])('a name may come twice where %s has no column', ([, names, decision]) => {
    expect(told(names, decision, { format })).toEqual([])
  })
})

test('a CSV without a header has no names to be different', () => {
  expect(told(same, {}, { header: 'absent' })).toEqual([])
})

test('of labels and thresholds that come twice only that is said', () => {
  expect(told({}, { kind: 'multiclass', labels: ['a', 'a'] }, {})).toEqual([
    'decision.labels: wanted different ones',
  ])
  expect(told({}, { threshold: [0.5, 0.5] }, {})).toEqual([
    'decision.threshold: wanted different ones',
  ])
})
