import { isUtf8 } from 'node:buffer'
import { chooseColumns, type Dialect, parseFields } from '@millrace/csv'
import { type JobSpec, type PinnedDataset, takenName } from '@millrace/job'
import {
  type Deciding,
  joinedNames,
  NOT_UTF8_HINT,
  REPLACED,
  TAKEN_HINT,
} from '@millrace/predictions'
import type { BatchRows } from './result-format.ts'
import { OutputError } from './output-error.ts'

/** The input's columns beside the predictions, as texts: for formats that have no bytes to copy. */
export interface JoinedColumns {
  readonly names: readonly string[]
  /**
   * The texts of the chosen columns of one row, unquoted; nothing where no rows are joined, and for a row of another
   * width, whose columns nobody knows.
   *
   * @throws {OutputError} `not_utf8` when one of them is of another encoding.
   */
  fieldsOf(rows: Pick<BatchRows, 'batch' | 'input'>, row: number): readonly string[] | undefined
}

/**
 * The columns of a CSV dataset that are joined. Without a header they are `column0`, `column1`, ….
 *
 * @throws {OutputError} `column_name_taken` when a name would stand for two columns; `not_utf8` when one is of
 *   another encoding.
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
  refuseReplaced(names, () => 'the name of a column')
  const dialect: Dialect = spec.dataset.csv
  return {
    names,
    fieldsOf: ({ batch, input }, row) => {
      if (input === undefined) return undefined
      const { bytes, offsets } = input
      const text = bytes.subarray(offsets[row], offsets[row + 1])
      const fields = parseFields(text, dialect)
      if (fields.length !== width) return undefined
      const joined = kept.map((column) => fields[column] ?? '')
      if (!isUtf8(text)) {
        const which = `of row ${batch.rows.start + row}`
        refuseReplaced(joined, (at) => `the column ${JSON.stringify(names[at])} ${which}`)
      }
      return joined
    },
  }
}

function refuseTaken(names: readonly string[]): void {
  const taken = takenName(names)
  if (taken === undefined) return
  const what = `two columns would be named ${JSON.stringify(taken)}`
  throw new OutputError('column_name_taken', what, TAKEN_HINT)
}

/** Of texts of another encoding nobody could tell any more what they were. */
function refuseReplaced(texts: readonly string[], whatOf: (at: number) => string): void {
  const at = texts.findIndex((one) => one.includes(REPLACED))
  if (at < 0) return
  const read = JSON.stringify(texts[at]?.slice(0, 80))
  const what = `${whatOf(at)} is not UTF-8: it would be ${read}`
  throw new OutputError('not_utf8', what, NOT_UTF8_HINT)
}
