import { outputSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { objectResults } from './object-results.ts'

const objectNames = (uris: readonly string[], output = {}) =>
  objectResults(outputSchema.parse({ uri: 's3://out/r/', files: 'per_object', ...output }), {
    objects: uris.map((uri) => ({ uri, bytes: 1, version: 'v' })),
  })

test('each object has its name and .out below the folder that all lie in', () => {
  expect(objectNames(['s3://in/p/a.csv', 's3://in/p/b/c.csv'])).toEqual([
    's3://out/r/a.csv.out',
    's3://out/r/b/c.csv.out',
  ])
  expect(objectNames(['s3://in/p/a.csv'], { compression: 'gzip' })).toEqual([
    's3://out/r/a.csv.out.gz',
  ])
  expect(objectNames(['s3://in/pa/x', 's3://in/pb/x'])).toEqual([
    's3://out/r/pa/x.out',
    's3://out/r/pb/x.out',
  ])
  expect(objectNames(['file:///d/a%20b.csv'])).toEqual(['s3://out/r/a b.csv.out'])
})

test.for(['s3://in/p/../../x', 's3://in/p//x', 's3://in/p/a%25b', 's3://in/p/a%2fb'])(
  'the object %s, whose name no result may have, is named and refused',
  (uri) => {
    expect(() => objectNames(['s3://in/p/a', uri])).toThrow(
      expect.objectContaining({
        code: 'uri_invalid',
        message: expect.stringMatching(/^name result of .*would lead out of it/),
        uri,
        hint: expect.stringContaining('output.files'),
      }),
    )
  },
)
