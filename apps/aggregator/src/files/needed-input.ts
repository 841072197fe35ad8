import {
  type Batch,
  type ByteRange,
  type JobSpec,
  lengthOf,
  limits,
  type RowFailure,
} from '@millrace/job'
import { OutputError } from '../rows/output-error.ts'
import { shownOf } from './errors-file.ts'

/**
 * Which of a batch's input its rows are written from, from its first byte on; nothing where the predictions
 * are all that is written.
 *
 * A row that no payload can hold stands alone in its batch, so it begins where that does and is not
 * read, however large it is, unless it is to be written itself.
 *
 * @throws {OutputError} `row_too_large`, for a row to be joined: it lies in memory as a whole, more than once.
 */
export function neededInput(
  { output }: JobSpec,
  { rows, bytes }: Pick<Batch, 'rows' | 'bytes'>,
  failures: readonly RowFailure[],
): ByteRange | undefined {
  if (output.join !== 'none') {
    if (lengthOf(bytes) > limits.rowBytesMax) throw rowTooLarge(rows.start, lengthOf(bytes))
    return bytes
  }
  if (failures.length === 0) return undefined
  if (lengthOf(rows) > 1) return bytes
  return output.errors.row ? shownOf(bytes) : undefined
}

function rowTooLarge(row: number, bytes: number): OutputError {
  return new OutputError(
    'row_too_large',
    `row ${row} has ${bytes} bytes, wanted at most ${limits.rowBytesMax} of a row that is joined`,
    'export the job again with output.join none',
  )
}
