import { expect, test } from 'vitest'
import { uriList } from './uri-list.ts'

test.for<[string, string[]]>([
  ['s3://data/, file:///data/a.csv', ['s3://data/', 'file:///data/a.csv']],
  ['file:///,s3://', ['file:///', 's3://']],
  ['s3://b/run=1%2Cseg=2/x.csv', ['s3://b/run=1,seg=2/x.csv']],
])('%s names places', ([text, uris]) => {
  expect(uriList.parse(text)).toEqual(uris)
})

test.for(['*', 'data/', '/data/', 's3:/data/', 's3://data', 'file://data/', 'https://data/', ''])(
  'a place %j is refused, for nothing can lie there',
  (place) => {
    expect(uriList.safeParse(`s3://data/,${place}`).error?.issues).toMatchObject([
      { path: [1], message: 'wanted s3://bucket/… or file:///…' },
    ])
  },
)
