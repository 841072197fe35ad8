import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { type FoundChoice, unfitChoice } from './unfit-choice.ts'

const told = (choice: FoundChoice | undefined, decision: object = {}) =>
  unfitChoice(
    jobSpecSchema.parse({
      version: 1,
      dataset: { uri: 's3://tables/data.csv' },
      endpoint: { name: 'mood' },
      decision,
      output: { uri: 's3://results/scores.csv' },
    }),
    choice,
  )

const both = { number: 'json:[].score', label: 'json:[].label' }

test.for<[string, FoundChoice, RegExp]>([
  [
    'a label beside its confidence',
    { kind: 'label', ...both },
    /^mood answers a label and a number .* confidence in that label: set endpoint.response to json:\[\].label with decision.kind none for the labels, or to json:\[\].score where that is the probability of class 1\.$/,
  ],
  [
    'a table of classes',
    { kind: 'classes', number: 'csv:c', label: 'csv:y' },
    /several classes to a row.* the last one alone.* to csv:y with .*, or to csv:c where/,
  ],
  [
    'a table of classes without labels',
    { kind: 'classes', number: 'csv:c' },
    /set endpoint.response to csv:c where/,
  ],
  [
    'what no setting leads to',
    { kind: 'classes' },
    /set endpoint.accept to text\/csv, and then endpoint.response/,
  ],
])('%s is told with what may be meant', ([, choice, sentence]) => {
  expect(told(choice)).toMatch(sentence)
  expect(told(choice, { kind: 'multiclass' })).toMatch(sentence)
})

test('where nothing is decided, or nothing else is answered, all is well', () => {
  expect(told({ kind: 'label', ...both }, { kind: 'none' })).toBeUndefined()
  expect(told(undefined)).toBeUndefined()
})
