import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodePredictions } from './decode/decode-predictions.ts'

const types = [
  'text/csv',
  'application/json',
  'application/jsonlines',
  'application/x-npy',
  '',
  'x',
].concat(['application/x-recordio-protobuf', 'text/html'])

/** Bodies that are nearly answers: numbers, lists and brackets in any order. */
const pieces = [
  '0.5',
  '1',
  'nan',
  ',',
  '\n',
  '[',
  ']',
  '{"predictions":[',
  ']}',
  '"',
  '{"score":1}',
  '',
]
const nearly = fc
  .array(fc.constantFrom(...pieces), { maxLength: 24 })
  .map((parts) => parts.join(''))
const body = fc.oneof(
  nearly.map((text) => Buffer.from(text)),
  fc.uint8Array().map(Buffer.from),
)

test('of any answer, reads one prediction a row or says that it is malformed', () => {
  fc.assert(
    fc.property(
      body,
      fc.constantFrom(...types),
      fc.integer({ min: 1, max: 6 }),
      (bytes, type, rows) => {
        const decoded = decodePredictions(
          { body: Buffer.from(bytes), contentType: type },
          rows,
          'auto',
        )
        if (decoded.kind === 'malformed') return
        const lines = decoded.predictions.toString('latin1').split('\n')
        expect(lines).toHaveLength(rows)
        // An empty line stands for a failed row: a prediction must not look like one.
        expect(lines).not.toContain('')
      },
    ),
    { numRuns: 5_000 },
  )
})
