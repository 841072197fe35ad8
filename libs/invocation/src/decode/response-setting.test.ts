import { jobSpecSchema } from '@millrace/job'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseResponse, type PathStep } from './response-setting.ts'

const isTaken = (response: string): boolean =>
  jobSpecSchema.safeParse({
    version: 1,
    dataset: { uri: 's3://lake/rows.csv' },
    endpoint: { name: 'churn-v3', response },
    output: { uri: 's3://lake/scores.csv' },
  }).success

/** A path as it is written: what it says, and nothing besides. */
const written = (path: readonly PathStep[]): string =>
  path
    .map((step) => {
      if (step.kind === 'key') return `.${step.key}`
      return step.kind === 'each' ? '[]' : `[${step.index}]`
    })
    .join('')
    .replace(/^\./, '')

test.for(['json:[]', 'json:größe[]', 'json:a b[].c-d/e', 'json:[0][1].x', 'json:$'])(
  '%s is taken by the door',
  (response) => {
    expect(isTaken(response)).toBe(true)
  },
)

test('of a path that the door takes each character is read', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '1', '.', '[', ']', '[]') })
  fc.assert(
    fc.property(text, (path) => {
      const response = `json:${path}`
      fc.pre(isTaken(response))
      const setting = parseResponse(response)
      // A point may stand before the first key.
      expect(setting.kind === 'json' && written(setting.path)).toBe(path.replace(/^\./, ''))
    }),
  )
})

test('a path of an older record is read as it was', () => {
  const path = [{ kind: 'key', key: 'a' }, { kind: 'key', key: 'b' }, { kind: 'each' }]
  expect(parseResponse('json:a..b.[]')).toEqual({ kind: 'json', path })
})
