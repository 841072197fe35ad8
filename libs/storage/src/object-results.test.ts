import { outputSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { objectResults, whyOverDataset } from './object-results.ts'

const objectsOf = (uris: readonly string[]) => uris.map((uri) => ({ uri, bytes: 1, version: 'v' }))
const outputOf = (output: object) =>
  outputSchema.parse({ uri: 's3://out/r/', files: 'per_object', ...output })

const objectNames = (uris: readonly string[], output = {}, dataset = 's3://in/all.manifest') =>
  objectResults({ dataset: { uri: dataset }, output: outputOf(output) }, objectsOf(uris))

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

test('below a prefix, the result of an object is called alike whatever lies beside it', () => {
  const [july, august] = ['s3://in/p/2026/07/a.csv', 's3://in/p/2026/08/a.csv']
  const names = ['s3://out/r/2026/07/a.csv.out', 's3://out/r/2026/08/a.csv.out']
  expect(objectNames([july], {}, 's3://in/p/')).toEqual([names[0]])
  expect(objectNames([july, august], {}, 's3://in/p/')).toEqual(names)
  expect(objectNames(['file:///d/e%20f/b.csv'], {}, 'file:///d/')).toEqual([
    's3://out/r/e f/b.csv.out',
  ])
})

const MANIFEST = 's3://ins/all.manifest'
test.for<[string, string, string[], object, RegExp]>([
  [
    'the result',
    MANIFEST,
    ['s3://ins/a.csv'],
    { uri: 's3://ins/a.csv', files: 'one' },
    /^s3:\/\/ins\/a\.csv is to be written, and is an object of the dataset s3:\/\/ins\/all.manifest: /,
  ],
  [
    'the report',
    MANIFEST,
    ['s3://ins/a.report.html'],
    { uri: 's3://ins/a.csv', files: 'one' },
    /^s3:\/\/ins\/a\.report\.html is to be written/,
  ],
  [
    'the result of an object',
    MANIFEST,
    ['s3://ins/a.csv', 's3://ins/a.csv.out'],
    { uri: 's3://ins/' },
    /^s3:\/\/ins\/a\.csv\.out is to be written/,
  ],
  [
    'the result of an object, below the prefix',
    's3://ins/in/',
    ['s3://ins/in/in/x.csv', 's3://ins/in/y.csv'],
    { uri: 's3://ins/' },
    /^s3:\/\/ins\/in\/x\.csv\.out is to be written below the dataset s3:\/\/ins\/in\/, /,
  ],
])('%s is not written over what is read', ([, uri, objects, output, reason]) => {
  const spec = { dataset: { uri }, output: outputOf(output) }
  expect(whyOverDataset(spec, objectsOf(objects))).toMatch(reason)
})

test('beside what is read, a result may lie', () => {
  const spec = { dataset: { uri: 's3://ins/p/' }, output: outputOf({ uri: 's3://ins/' }) }
  expect(
    whyOverDataset(spec, objectsOf(['s3://ins/p/a.csv', 's3://ins/p/b/a.csv'])),
  ).toBeUndefined()
})
