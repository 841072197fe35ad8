import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import type { JobSpec, PinnedDataset } from '@millrace/job'
import { type ColumnType, type Deciding, numberOf } from '@millrace/predictions'
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { type BatchRows, type ResultFormat, textsOf } from './result-format.ts'
import { joinedColumns } from './joined-columns.ts'
import { OutputError } from './output-error.ts'
import { createCells } from './parquet-cells.ts'
import { createFooter } from './parquet-footer.ts'

/** A row group is closed at so many rows, or bytes of cells: that is what memory holds of a result. */
const GROUP_ROWS_MAX = 131_072
const GROUP_BYTES_MAX = 32 * 1024 * 1024

type Value = string | number | bigint | null
type ParquetType = 'DOUBLE' | 'INT64' | 'STRING'

const TYPES = { number: 'DOUBLE', integer: 'INT64', text: 'STRING' } as const satisfies Record<
  ColumnType,
  ParquetType
>

const CODECS = { auto: 'ZSTD', none: 'UNCOMPRESSED', gzip: 'GZIP', zstd: 'ZSTD' } as const
const ZSTD_LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
const COMPRESSORS = {
  ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes, ZSTD_LEVEL),
  GZIP: (bytes: Uint8Array) => gzipSync(bytes),
}

/**
 * A result as Parquet: probabilities are doubles, labels integers or texts, the columns of a CSV texts;
 * all may be null, as a failed row's predictions are. Memory holds one row group.
 *
 * @throws {OutputError} from `rows` and `end`: `value_unfit` for a text in a column of numbers;
 *   `too_many_columns` when the file would end in more than readers take.
 */
export function createParquetFormat(
  spec: JobSpec,
  dataset: PinnedDataset,
  deciding: Deciding,
): ResultFormat {
  const joined = joinedColumns(spec, dataset, deciding)
  const columns = [
    ...joined.names.map((name) => ({ name, type: 'text' as const })),
    ...deciding.columns,
  ]
  const file = openFile(columns, CODECS[spec.output.compression])
  return {
    begin: file.take,
    rows: (rows) => {
      textsOf(rows.lines).forEach((line, row) => {
        const added = line === '' ? [] : deciding.fields(line)
        file.add([...joinedTexts(rows, row), ...deciding.columns.map((_, at) => added[at] ?? null)])
      })
      return file.take()
    },
    end: file.finish,
  }

  function joinedTexts(rows: BatchRows, row: number): readonly (string | null)[] {
    return joined.fieldsOf(rows, row) ?? joined.names.map(() => null)
  }
}

function valueOf(text: string | null, type: ColumnType): Value {
  if (type === 'text') return text
  if (text === null || text === '') return null // An empty text among numbers is none.
  if (type === 'integer') return BigInt(text)
  const value = numberOf(text)
  if (value !== undefined) return value
  throw new OutputError(
    'value_unfit',
    `wanted a number, as the first prediction is one, got ${JSON.stringify(text.slice(0, 80))}`,
    'export the job again with output.format csv or jsonl',
  )
}

/** Rows go into the cells of a row group; a full one is written and taken. */
function openFile(
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
  codec: (typeof CODECS)[keyof typeof CODECS],
) {
  const bytes = new ByteWriter()
  const typed = columns.map(({ name, type }) => ({ name, type: TYPES[type], data: [] as Value[] }))
  const file = new ParquetWriter({
    writer: bytes,
    schema: schemaFromColumnData({ columnData: typed }),
    codec,
    compressors: COMPRESSORS,
    createdBy: 'millrace',
  })
  const footer = createFooter(file)
  const cells = createCells(columns.length)
  const columnData = columns.map(({ name, type }, index) => ({
    name,
    type: TYPES[type],
    offsetIndex: false,
    /** Asked for when the column is written: memory holds the values of one at a time. */
    get data(): Value[] {
      return cells.column(index).map((text) => valueOf(text, type))
    },
  }))

  const flush = (): void => {
    if (cells.rows === 0) return
    // Nothing is awaited: this writer takes bytes in memory only.
    void file.write({ columnData, rowGroupSize: cells.rows })
    footer.take()
    cells.clear()
  }
  const take = (): Buffer => {
    const taken = Buffer.from(bytes.getBytes())
    bytes.index = 0
    return taken
  }
  return {
    add: (row: readonly (string | null)[]): void => {
      cells.add(row)
      if (cells.rows >= GROUP_ROWS_MAX || cells.bytes >= GROUP_BYTES_MAX) flush()
    },
    take,
    finish: (): Buffer => {
      flush()
      return Buffer.concat([take(), footer.bytes()])
    },
  }
}
