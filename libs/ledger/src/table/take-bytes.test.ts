import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeOutput } from './attribute-json.ts'

const long = Buffer.alloc(1_000, 'bytes ÿ')

/** As it comes over the line. */
const bodyOf = (output: object): Buffer =>
  Buffer.from(
    JSON.stringify(output, (_, value: unknown) => {
      const { type, data = [] } = (value ?? {}) as { type?: string; data?: number[] }
      return type === 'Buffer' ? Buffer.from(data).toString('base64') : value
    }),
  )

test('whatever values an item has, reads them as they were', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('{"B":"', '"B":"', '\\{"B":"', '#0', '{"B'))
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.record({ S: text }),
      fc.record({ B: bytes }),
      fc.record({ BS: fc.array(bytes) }),
      fc.record({ M: fc.dictionary(text, tie('value'), { noNullPrototype: true }) }),
      fc.record({ L: fc.array(tie('value')) }),
    ),
  }))
  const item = fc.dictionary(text, value, { noNullPrototype: true })
  fc.assert(
    fc.property(fc.array(item), (Items) => {
      expect(decodeOutput(bodyOf({ Items }))).toEqual({ Items })
    }),
  )
})

test('bytes with an escape among them are read as JSON reads them', () => {
  const body = `{"Item":{"a":{"B":"${long.toString('base64').replaceAll('/', '\\/')}"}}}`
  expect(decodeOutput(Buffer.from(body))).toEqual({ Item: { a: { B: long } } })
})

test('an answer that is cut among its bytes is none', () => {
  const body = bodyOf({ Item: { a: { B: long } } })
  for (const end of [20, 500, body.length - 4, body.length - 1]) {
    expect(() => decodeOutput(body.subarray(0, end))).toThrow(SyntaxError)
  }
})

test('a text that looks like the name of bytes stays itself', () => {
  const output = { Item: { a: { B: long }, b: { S: '#0' }, c: { BS: [long] } } }
  expect(decodeOutput(bodyOf(output))).toEqual(output)
})
