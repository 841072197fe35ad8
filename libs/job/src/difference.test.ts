import { expect, test } from 'vitest'
import { differenceOf } from './difference.ts'

const spec = { dataset: { uri: 's3://lake/a.csv', features: { include: ['a', 'b'] } }, rows: 5 }

test.for<[string, object, string | undefined]>([
  ['nothing', { ...spec, dataset: { ...spec.dataset } }, undefined],
  ['a value', { ...spec, rows: 6 }, 'spec.rows is 5, and not 6'],
  [
    'a value further in',
    { ...spec, dataset: { ...spec.dataset, uri: 's3://lake/b.csv' } },
    'spec.dataset.uri is "s3://lake/a.csv", and not "s3://lake/b.csv"',
  ],
  [
    'an item of a list',
    { ...spec, dataset: { ...spec.dataset, features: { include: ['a', 'c'] } } },
    'spec.dataset.features.include.1 is "b", and not "c"',
  ],
  [
    'a key that only one has',
    { ...spec, dataset: { ...spec.dataset, features: { exclude: [1] } } },
    'spec.dataset.features.include is a list, and not nothing',
  ],
  [
    'a key that only the other has',
    { ...spec, tolerance: { failedRowsMax: 1 } },
    'spec.tolerance is nothing, and not a mapping',
  ],
])('of two that differ in %s, says where and how', ([, other, words]) => {
  expect(differenceOf('spec', spec, other)).toBe(words)
})
