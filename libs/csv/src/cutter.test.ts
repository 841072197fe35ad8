import { describe, expect, test } from 'vitest'
import { createCutter } from './cutter.ts'
import { jsonLines } from './dialect.ts'

const csv = { delimiter: ',', quote: '"' }
const bytes = (text: string) => new TextEncoder().encode(text)
const cutUp = (text: string, options: Partial<Parameters<typeof createCutter>[0]> = {}) => {
  const cutter = createCutter({
    dialect: csv,
    rowsMax: 2,
    bytesMax: 100,
    header: false,
    ...options,
  })
  const all = bytes(text)
  return [...cutter.push(all), ...cutter.end()].map(
    ({ rows, bytes: { start, end } }) =>
      `${rows}:${Buffer.from(all.subarray(start, end)).toString()}`,
  )
}

describe('createCutter', () => {
  test.for([
    { what: 'LF', text: 'a\nb\nc\n', cuts: ['2:a\nb\n', '1:c\n'] },
    { what: 'CRLF', text: 'a\r\nb\r\nc\r\n', cuts: ['2:a\r\nb\r\n', '1:c\r\n'] },
    { what: 'lone CR', text: 'a\rb\rc', cuts: ['2:a\rb\r', '1:c'] },
    { what: 'no last line end', text: 'a\nb\nc', cuts: ['2:a\nb\n', '1:c'] },
    { what: 'blank lines', text: '\n\r\na\n\nb\n\n\nc\n\n', cuts: ['2:a\n\nb\n', '1:c\n'] },
    { what: 'a byte order mark', text: '\uFEFFa\nb\nc', cuts: ['2:a\nb\n', '1:c'] },
    { what: 'line ends in quotes', text: '"a\n\r\n",1\nb\nc', cuts: ['2:"a\n\r\n",1\nb\n', '1:c'] },
    { what: 'doubled quotes', text: '"a""\n"\n"""\n"\nc', cuts: ['2:"a""\n"\n"""\n"\n', '1:c'] },
    { what: 'a quote inside a field', text: '5" a\n6" b\nc', cuts: ['2:5" a\n6" b\n', '1:c'] },
    { what: 'a quote that is never closed', text: 'a\n"b\nc\nd\n', cuts: ['2:a\n"b\nc\nd\n'] },
    { what: 'nothing', text: '', cuts: [] },
    { what: 'blank lines only', text: '\n\n\r\n', cuts: [] },
  ])('on $what, cuts at row ends', ({ text, cuts }) => {
    expect(cutUp(text)).toEqual(cuts)
  })

  test.for([
    { what: 'a quote that is its delimiter', dialect: { delimiter: ',', quote: ',' } },
    { what: 'a delimiter of two characters', dialect: { delimiter: '||', quote: '"' } },
    { what: 'a delimiter beyond ASCII', dialect: { delimiter: '¦', quote: '"' } },
    { what: 'a line end for a quote', dialect: { delimiter: ',', quote: '\n' } },
    { what: 'a delimiter alone', dialect: { delimiter: ',', quote: '' } },
  ])('refuses $what', ({ dialect }) => {
    expect(() => cutUp('a\n', { dialect })).toThrow(
      expect.objectContaining({ code: 'bad_dialect', message: expect.stringContaining('dialect') }),
    )
  })

  test('with a header, skips the first row', () => {
    expect(cutUp('\uFEFF\n"h\n",i\na\nb\n', { header: true })).toEqual(['2:a\nb\n'])
  })

  test('when bytes run out before rows, cuts earlier', () => {
    expect(cutUp('1234\n12\n1\n1234\n', { rowsMax: 9, bytesMax: 8 })).toEqual([
      '2:1234\n12\n',
      '2:1\n1234\n',
    ])
  })

  test('on a row larger than the bytes allowed, lets it stand alone', () => {
    expect(cutUp('1\n123456789\n2\n', { bytesMax: 4 })).toEqual(['1:1\n', '1:123456789\n', '1:2\n'])
  })

  test('on JSON lines, takes quotes and commas as text', () => {
    expect(cutUp('{"a":"\n["b",1]\n3', { dialect: jsonLines })).toEqual([
      '2:{"a":"\n["b",1]\n',
      '1:3',
    ])
  })

  test('whatever way the bytes are split, gives the same cuts', () => {
    const all = bytes('\uFEFFh\r\n"a\r\n""",b\r\n\r\nc\rd\n\n"e"x"\nf')
    const options = { dialect: csv, rowsMax: 2, bytesMax: 16, header: true }
    const whole = createCutter(options)
    const wanted = [...whole.push(all), ...whole.end()]
    for (let first = 0; first <= all.length; first += 1) {
      for (let second = first; second <= all.length; second += 1) {
        const cutter = createCutter(options)
        const pieces = [all.subarray(0, first), all.subarray(first, second), all.subarray(second)]
        expect([...pieces.flatMap((piece) => cutter.push(piece)), ...cutter.end()]).toEqual(wanted)
      }
    }
    expect(wanted.map((cut) => cut.rows)).toEqual([2, 2, 1])
  })
})
