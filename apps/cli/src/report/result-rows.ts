import { createHash } from 'node:crypto'
import { createCutter, type Dialect, parseFields, rowOffsets } from '@millrace/csv'
import { fileUri, type Storage } from '@millrace/storage'
import { CliError } from '../cli-error.ts'

const ROWS_AT_ONCE = 10_000
const BYTES_AT_ONCE = 16 * 1024 * 1024

export interface ResultTable {
  readonly path: string
  readonly dialect: Dialect
  readonly header: boolean
  readonly sha256: string
}

/**
 * The fields of a table's rows, some thousands at a time. At the end the file must have been what its
 * manifest says.
 *
 * @throws {CliError} when it was not.
 */
export async function* resultRows(
  storage: Pick<Storage, 'pin' | 'stream' | 'read'>,
  { path, dialect, header, sha256 }: ResultTable,
  signal: AbortSignal,
): AsyncGenerator<string[][]> {
  const [object] = await storage.pin(fileUri(path), signal)
  if (object === undefined) throw new CliError(`${path}: is not there`)
  const options = { dialect, header, rowsMax: ROWS_AT_ONCE, bytesMax: BYTES_AT_ONCE }
  const cutter = createCutter(options)
  const hash = createHash('sha256')
  const fieldsOf = async (range: { start: number; end: number }): Promise<string[][]> => {
    const bytes = await storage.read(object, range, signal)
    const offsets = rowOffsets(bytes, dialect)
    return Array.from(offsets.subarray(1), (end, row) =>
      parseFields(bytes.subarray(offsets[row], end), dialect),
    )
  }
  for await (const piece of storage.stream(object, {}, signal)) {
    hash.update(piece)
    for (const cut of cutter.push(piece)) yield await fieldsOf(cut.bytes)
  }
  for (const cut of cutter.end()) yield await fieldsOf(cut.bytes)
  if (hash.digest('hex') === sha256) return
  throw new CliError(`${path}: is not the file that its manifest vouches for (SHA-256)`, {
    hint: 'it was changed since it was written: export the job again',
  })
}
