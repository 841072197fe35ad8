import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import type { JobSpec, PinnedDataset } from '@millrace/job'
import { type ColumnType, type Deciding, numberOf } from '@millrace/predictions'
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { type BatchRows, type ResultFormat, textsOf } from './result-format.ts'
import { joinedColumns } from './joined-columns.ts'
import { OutputError } from './output-error.ts'

/** A row group is closed at so many rows, or bytes of text: that is what memory holds of a result. */
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
 * @throws {OutputError} `value_unfit`, from `rows`, for a text in a column of numbers.
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
    rows: ({ lines, input }) => {
      textsOf(lines).forEach((line, row) => {
        const texts = joinedTexts(input, row)
        const added = line === '' ? [] : deciding.fields(line)
        file.add([...texts, ...deciding.columns.map(({ type }, at) => valueOf(added[at], type))])
      })
      return file.take()
    },
    end: file.finish,
  }

  function joinedTexts(input: BatchRows['input'], row: number): readonly Value[] {
    const fields = input && joined.fieldsOf(input, row)
    return fields ?? joined.names.map(() => null)
  }
}

function valueOf(text: string | undefined, type: ColumnType): Value {
  if (text === undefined || text === '') return null
  if (type === 'text') return text
  if (type === 'integer') return BigInt(text)
  const value = numberOf(text)
  if (value !== undefined) return value
  throw new OutputError(
    'value_unfit',
    `wanted a number, as the first prediction is one, got ${JSON.stringify(text.slice(0, 80))}`,
    'export the job again with output.format csv or jsonl',
  )
}

/** Rows go into the columns of a row group; a full one is written and taken. */
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
  let group = emptyGroup(columns.length)
  let rows = 0
  let size = 0

  const flush = (): void => {
    if (rows === 0) return
    const columnData = typed.map((column, index) => ({
      ...column,
      data: group[index] ?? [],
      offsetIndex: false,
    }))
    // Nothing is awaited: this writer takes bytes in memory only.
    void file.write({ columnData, rowGroupSize: rows })
    group = emptyGroup(columns.length)
    rows = 0
    size = 0
  }
  const take = (): Buffer => {
    const taken = Buffer.from(bytes.getBytes())
    bytes.index = 0
    return taken
  }
  return {
    add: (values: readonly Value[]): void => {
      values.forEach((value, index) => {
        group[index]?.push(value)
        size += typeof value === 'string' ? value.length : 8
      })
      rows += 1
      if (rows >= GROUP_ROWS_MAX || size >= GROUP_BYTES_MAX) flush()
    },
    take,
    finish: (): Buffer => {
      flush()
      void file.finish()
      return take()
    },
  }
}

const emptyGroup = (columns: number): Value[][] => Array.from({ length: columns }, () => [])
