import { describe, expect, test } from 'vitest'
import { createCutter } from './cutter.ts'
import { referenceCuts, referenceRows } from './reference.ts'

/*
 * The scanner looks at 64 bytes at a time, and at 256 where they are plain. Whatever it carries from
 * one to the next is wrong first where a flaw lies across their edge: so here each lies everywhere.
 */

const dialect = { delimiter: ',', quote: '"' }
const options = { dialect, rowsMax: 1_000, bytesMax: 100_000, header: false }
const plain = [
  { what: 'LF rows', row: '1,22,3\n' },
  { what: 'CRLF rows', row: '1,2,33\r\n' },
  { what: 'quoted rows', row: '"a\n",2\n' },
  { what: 'delimiters', row: ',' },
]
const flaws = [
  ',"\n",1\n',
  '\n"\n"\n',
  '\r"\n"\n',
  '\r\n"\n"\n',
  '\rx\n',
  '\r\rx\n',
  '\n\nx',
  '\r\n\r\nx',
  '1"\n"',
  '"a"b"\n"',
  '"a""\n"\n',
  ',"",\n',
]

describe.for(plain)('among $what', ({ row }) => {
  test.for(flaws)('wherever %j stands, cuts as the reference does', (flaw) => {
    const before = row.repeat(100)
    const wrong = []
    for (let at = 0; at <= 64 + 2 * 256 + 1; at += 1) {
      const table = Buffer.from(before.slice(0, at) + flaw + row.repeat(60))
      const cutter = createCutter(options)
      const cuts = [...cutter.push(table), ...cutter.end()]
      const wanted = referenceCuts(referenceRows(table, dialect), 1_000, 100_000)
      if (JSON.stringify(cuts) !== JSON.stringify(wanted)) wrong.push(at)
    }
    expect(wrong).toEqual([])
  })
})
