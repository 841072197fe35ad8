import { ByteWriter, type ParquetWriter } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'
import { OutputError } from './output-error.ts'

/**
 * The end of a Parquet file, which tells of each column of each row group where it lies.
 *
 * The library keeps that as objects until the file is finished, a kilobyte for each. So a group is taken from
 * it as soon as it is written, and kept as the bytes that the footer will have of it, some seventy a column:
 *
 *     | version, schema, rows | list of groups: its length | group | group | … | created by | length | PAR1 |
 */
export interface Footer {
  /** Takes the row groups that the library holds. @throws {OutputError} `too_many_columns` */
  take(): void
  bytes(): Buffer
}

/** Memory holds it twice when it is written; and who reads the file has to hold it, too. */
const FOOTER_BYTES_MAX = 64 * 1024 * 1024

export function createFooter(file: ParquetWriter, bytesMax = FOOTER_BYTES_MAX): Footer {
  const groups: Buffer[] = []
  let size = 0
  return {
    take() {
      for (const group of file.row_groups.splice(0)) {
        const { start, end } = aroundGroups(file, group)
        const bytes = Buffer.from(metadataOf(file, [group]).subarray(start.length + 1, -end.length))
        groups.push(bytes)
        size += bytes.length
      }
      file.pendingIndexes.length = 0
      if (size > bytesMax) throw tooManyColumns(file, groups.length, bytesMax)
    },
    bytes() {
      const { start, end } = aroundGroups(file, NO_ROWS)
      const list = [start, listHead(groups.length), ...groups, end.subarray(0, -LENGTH_BYTES)]
      const tail = new ByteWriter()
      tail.appendUint32(list.reduce((sum, { length }) => sum + length, 0))
      tail.appendBytes(Buffer.from('PAR1'))
      return Buffer.concat([...list, tail.getBytes()])
    },
  }
}

type RowGroup = ParquetWriter['row_groups'][number]

const NO_ROWS: RowGroup = { columns: [], total_byte_size: 0n, num_rows: 0n }
const LENGTH_BYTES = 4

/** What the metadata has before the list of groups and behind it: up to the one byte that its length takes of a short one. */
function aroundGroups(file: ParquetWriter, group: RowGroup): { start: Buffer; end: Buffer } {
  const none = metadataOf(file, [])
  const one = metadataOf(file, [group])
  const at = none.findIndex((byte, index) => byte !== one[index])
  return { start: none.subarray(0, at), end: none.subarray(at + 1) }
}

/** With its own length behind it, as the library writes it. */
function metadataOf(file: ParquetWriter, row_groups: RowGroup[]): Buffer {
  const { schema, num_rows, createdBy: created_by } = file
  const bytes = new ByteWriter()
  const metadata = { version: 2, created_by, schema, num_rows, row_groups }
  // Of the length, which it writes itself, the library knows only how to leave it out.
  writeMetadata(bytes, metadata as Parameters<typeof writeMetadata>[1])
  return Buffer.from(bytes.getBytes())
}

const STRUCT = 12
const SHORT_MAX = 14

/** https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md#list-and-set */
function listHead(length: number): Uint8Array {
  if (length <= SHORT_MAX) return Uint8Array.of((length << 4) | STRUCT)
  const bytes = new ByteWriter()
  bytes.appendUint8(0xf0 | STRUCT)
  bytes.appendVarInt(length)
  return bytes.getBytes()
}

function tooManyColumns(
  { schema, num_rows }: ParquetWriter,
  groups: number,
  bytesMax: number,
): OutputError {
  // The first element is the root of the columns.
  const columns = schema.length - 1
  return new OutputError(
    'too_many_columns',
    `${columns} columns in ${groups} row groups, of ${num_rows} rows so far, make a Parquet footer of more than ${bytesMax} bytes`,
    'export the job again with output.format csv or jsonl, or join fewer columns',
  )
}
