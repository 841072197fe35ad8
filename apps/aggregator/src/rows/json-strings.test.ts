import type { JobSpecInput } from '@millrace/job'
import { decideBy } from '@millrace/predictions'
import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { withoutJsonStrings } from './json-strings.ts'

const none = { kind: 'none' as const }
const path = { response: 'json:predictions[].label' }

type Row = [string, Partial<JobSpecInput['endpoint']>, string, string]

test.for<Row>([
  ['a string', path, String.raw`"a\nb"`, 'a\nb'],
  ['an empty string', path, '""', ''],
  ['a string with quotes', path, String.raw`"say \"hi\""`, 'say "hi"'],
  ['a letter that is escaped', path, String.raw`"Z\u00fcrich"`, 'Zürich'],
  ['a letter that is not', path, '"Zürich"', 'Zürich'],
  ['a number', path, '0.70', '0.70'],
  ['a number in a string', path, '"0.70"', '0.70'],
  ['a list of strings', path, '["a", "b"]', '["a", "b"]'],
  ['an object', path, '{"a":"b"}', '{"a":"b"}'],
  ['what has another escape', path, String.raw`"\x"`, String.raw`"\x"`],
  ['a label', { response: 'label', accept: 'application/json' }, '"cat"', 'cat'],
  ['a label that may be a text in quotes', { response: 'label' }, '"cat"', '"cat"'],
  ['a column of a CSV', { response: 'csv:1' }, '"cat"', '"cat"'],
])('of JSON, %s is the text that it stands for', ([, endpoint, prediction, text]) => {
  const { spec } = jobWith({ decision: none, endpoint: { name: 'labels', ...endpoint } })
  const deciding = decideBy(spec.decision, spec.output.names, prediction)
  expect(withoutJsonStrings(spec, deciding).fields(prediction)).toEqual([text])
})

test('what is decided on is left as it is', () => {
  const { spec } = jobWith({ endpoint: { name: 'scores', ...path } })
  const deciding = decideBy(spec.decision, spec.output.names, '0.7')
  expect(withoutJsonStrings(spec, deciding)).toBe(deciding)
})
