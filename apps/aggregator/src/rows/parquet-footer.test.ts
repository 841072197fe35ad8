import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { createFooter } from './parquet-footer.ts'

const columnData = [
  { name: 'id', type: 'STRING' as const, data: ['1', null, 'é'.repeat(40)], offsetIndex: false },
  {
    name: 'Prediction',
    type: 'DOUBLE' as const,
    data: [0.5, Number.NaN, null],
    offsetIndex: false,
  },
]

function openFile() {
  const writer = new ByteWriter()
  const schema = schemaFromColumnData({ columnData })
  const file = new ParquetWriter({ writer, schema, codec: 'UNCOMPRESSED', createdBy: 'millrace' })
  return { writer, file, write: () => void file.write({ columnData, rowGroupSize: 3 }) }
}

test.for([1, 2, 14, 15, 200])(
  'of %i row groups, is what the library writes at the end',
  (groups) => {
    const whole = openFile()
    const taken = openFile()
    const footer = createFooter(taken.file)
    for (let group = 0; group < groups; group += 1) {
      whole.write()
      taken.write()
      footer.take()
      expect(taken.file).toMatchObject({ row_groups: [], pendingIndexes: [] })
    }
    void whole.file.finish()
    const bytes = Buffer.concat([taken.writer.getBytes(), footer.bytes()])
    expect(bytes.equals(whole.writer.getBytes())).toBe(true)
  },
)

test('of more columns and row groups than readers take is refused with a way out', () => {
  const { file, write } = openFile()
  const footer = createFooter(file, 200)
  write()
  footer.take()
  write()
  expect(() => footer.take()).toThrow(
    expect.objectContaining({
      code: 'too_many_columns',
      message:
        'write result: 2 columns in 2 row groups, of 6 rows so far, make a Parquet footer of more than 200 bytes',
      hint: expect.stringContaining('join fewer columns'),
    }),
  )
})
