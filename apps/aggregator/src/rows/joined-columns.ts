import { chooseColumns, type Dialect, parseFields } from '@millrace/csv'
import type { JobSpec, PinnedDataset } from '@millrace/job'
import { type Deciding, joinedNames, TAKEN_HINT, takenName } from '@millrace/predictions'
import type { BatchRows } from './result-format.ts'
import { OutputError } from './output-error.ts'

/** The input's columns beside the predictions, as texts: for formats that have no bytes to copy. */
export interface JoinedColumns {
  readonly names: readonly string[]
  /**
   * The texts of the chosen columns of one row, unquoted; nothing for a row of another width, whose
   * columns nobody knows.
   */
  fieldsOf(input: NonNullable<BatchRows['input']>, row: number): readonly string[] | undefined
}

/**
 * The columns of a CSV dataset that are joined. Without a header they are `column0`, `column1`, ….
 *
 * @throws {OutputError} `column_name_taken` when a name would stand for two columns.
 */
export function joinedColumns(
  spec: JobSpec,
  dataset: PinnedDataset,
  { columns }: Deciding,
): JoinedColumns {
  const { join } = spec.output
  const { width, kept } =
    join === 'none'
      ? { width: 0, kept: [] }
      : chooseColumns(dataset, join === 'all' ? undefined : { include: join })
  const names = joinedNames(spec, dataset)
  refuseTaken([...names, ...columns.map(({ name }) => name)])
  const dialect: Dialect = spec.dataset.csv
  return {
    names,
    fieldsOf: ({ bytes, offsets }, row) => {
      const fields = parseFields(bytes.subarray(offsets[row], offsets[row + 1]), dialect)
      return fields.length === width ? kept.map((column) => fields[column] ?? '') : undefined
    },
  }
}

function refuseTaken(names: readonly string[]): void {
  const taken = takenName(names)
  if (taken === undefined) return
  const what = `two columns would be named ${JSON.stringify(taken)}`
  throw new OutputError('column_name_taken', what, TAKEN_HINT)
}
