import { expect, test } from 'vitest'
import { createUtf8Check, type NotUtf8 } from './check-utf8.ts'

/** What is found in these bytes, however they are split. */
function foundIn(bytes: Buffer): (NotUtf8 | undefined)[] {
  return Array.from({ length: bytes.length + 1 }, (_, cut) => {
    const check = createUtf8Check()
    const found = [
      check.push(bytes.subarray(0, cut), 0),
      check.push(bytes.subarray(cut), cut),
      check.end(),
    ]
    expect(found.filter((one) => one !== undefined).length).toBeLessThan(2)
    return found.find((one) => one !== undefined)
  })
}
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

test.for([
  ['a letter of Latin-1', latin1('a,b\n1,caf\xe9\n'), { byte: 9, line: 2, value: 0xe9 }],
  ['behind CRLF and a lone CR', latin1('a\r\nb\rc\xfc\n\xfc'), { byte: 6, line: 3, value: 0xfc }],
  ['an overlong character', latin1('\xc0\x80'), { byte: 0, line: 1, value: 0xc0 }],
  ['half a pair', latin1('x\xed\xa0\x80'), { byte: 1, line: 1, value: 0xed }],
  ['a character that the end cuts', latin1('x\n\xf0\x9f\x98'), { byte: 2, line: 2, value: 0xf0 }],
] as const)('%s is found where it is', ([, bytes, wanted]) => {
  for (const found of foundIn(bytes)) expect(found).toEqual(wanted)
})

test('UTF-8 is none, however it is split', () => {
  for (const found of foundIn(Buffer.from('é,€\r\n😀\n'))) expect(found).toBeUndefined()
})
