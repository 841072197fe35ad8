import {
  chooseColumns,
  type ColumnChoice,
  rowOffsets,
  selectColumns,
  unfitRows,
} from '@millrace/csv'
import { dialectOf, type JobSpec, type PinnedDataset } from '@millrace/job'

/** Rows of a dataset as the endpoint is sent them, and what they tell of the others. */
export interface ModelRows {
  readonly body: Uint8Array
  readonly rows: number
  /** Where each row begins in `body`, then the end of the last. */
  rowOffsets(): Uint32Array
  /** Rows that are left out, by their index among all, ascending. */
  readonly left: readonly number[]
  /** Of a row as it lies in the dataset, on average. */
  readonly inputRowBytes: number
  /** What of it stands in the result. */
  readonly joinedRowBytes: number
}

/**
 * Of some rows those that the model may see, with its columns. The others fail by themselves later, and would
 * have all of these refused.
 *
 * @param bytes whole rows, no header.
 * @param count how many they are.
 * @returns nothing when it may see none of them.
 * @throws {CsvError} when the table has not the columns of the spec.
 */
export function modelRows(
  bytes: Uint8Array,
  count: number,
  { dataset, output }: Pick<JobSpec, 'dataset' | 'output'>,
  table: Pick<PinnedDataset, 'columns' | 'width'>,
): ModelRows | undefined {
  const dialect = dialectOf(dataset)
  const left = unfitRows(bytes, dialect, table.width).map(({ row }) => row)
  if (left.length === count) return undefined
  const dropped = new Set(left)
  const chosen = (choice?: ColumnChoice): Uint8Array =>
    selectColumns(bytes, dialect, chooseColumns(table, choice), dropped)
  const body = chosen(dataset.features)
  const rows = count - left.length
  return {
    body,
    rows,
    rowOffsets: () => rowOffsets(body, dialect),
    left,
    inputRowBytes: bytes.length / count,
    joinedRowBytes: joinedIn(output.join, chosen).length / rows,
  }
}

function joinedIn(
  join: JobSpec['output']['join'],
  chosen: (choice?: ColumnChoice) => Uint8Array,
): Uint8Array {
  if (join === 'none') return new Uint8Array()
  return chosen(join === 'all' ? undefined : { include: join })
}
