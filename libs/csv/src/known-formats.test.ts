import { expect, test } from 'vitest'
import { inspectHead } from './head.ts'

const csv = { delimiter: ',', quote: '"' }
const beginning = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const of = (text: string): Buffer => Buffer.from(text, 'latin1')
const tar = Buffer.alloc(1_024)
tar.write('rows.csv')
tar.write('ustar\0', 257)

/** As their own writers begin them. */
test.for([
  ['a zip archive or a spreadsheet', of('PK\x03\x04\x14\x00'), /save the sheet as CSV/],
  ['a zip archive or a spreadsheet', of('PK\x05\x06\x00\x00'), /unpack it/],
  ['an Excel workbook (.xls)', beginning('d0cf11e0 a1b11ae1 0000'), /save the sheet/],
  ['Parquet', of('PAR1\x15\x04\x15\x20'), /duckdb -c "COPY/],
  ['encrypted Parquet', of('PARE\x1c\x00\x00'), /export it as CSV/],
  ['ORC', of('ORC\n\x0f\n\x04\x12\x02\x08\x02'), /read_orc/],
  ['Avro', of('Obj\x01\x04\x14avro.codec'), /avro-tools tojson/],
  ['an Arrow or Feather file', of('ARROW1\0\0\xff\xff\xff\xff'), /read_feather/],
  ['an Arrow or Feather file', of('FEA1\0\0\0\0'), /read_feather/],
  ['HDF5', beginning('89484446 0d0a1a0a 0000'), /read_hdf/],
  ['a pickle of Python', beginning('800495 1b00000000000000'), /read_pickle/],
  ['a NumPy array', of("\x93NUMPY\x01\x00v\x00{'descr': '<f8'"), /savetxt/],
  ['a SQLite database', of('SQLite format 3\0\x10\0'), /sqlite3 -header -csv/],
  ['a tar archive', tar, /tar -xf/],
  ['bzip2-compressed', of('BZh91AY&SY\0'), /bzip2 -d/],
  ['bzip2-compressed', of('BZh11AY&SY\0'), /bzip2 -d/],
  ['xz-compressed', of('\xfd7zXZ\0\0\x04'), /xz -d/],
  ['LZ4-compressed', beginning('04224d18 6470'), /lz4 -d/],
  ['a 7z archive', beginning('377abcaf 271c 0004'), /unpack it/],
  ['a PDF', of('%PDF-1.7\n%\xe2\xe3'), /export the table/],
] as const)('%s is refused by its name, and says how to convert it', ([name, bytes, hint]) => {
  expect(() => inspectHead(bytes, csv, 'auto')).toThrow(
    expect.objectContaining({
      code: 'not_text',
      message: `read head: the object is ${name}, wanted text`,
      hint: expect.stringMatching(hint),
    }),
  )
})

test.for(['ORC', 'PARE', 'PAR1', 'ARROW1', 'Obj', 'BZh9', 'FEA1', 'PK', '€'])(
  'a column that is called %s is one of text',
  (name) => {
    const table = Buffer.from(`${name},b\tc\r\n1,2\r\n`)
    expect(inspectHead(table, csv, 'auto').columns?.[0]).toBe(name)
  },
)
