import { type Head, inspectHead, rowOffsets } from '@millrace/csv'
import { dialectOf, type JobSpec } from '@millrace/job'
import { type ModelRows, modelRows } from '@millrace/predictions'

/** Rows of a dataset as the endpoint would be sent them. */
export interface SampleRows {
  readonly body: Uint8Array
  readonly rows: number
  /** Where each row begins in `body`, then the end of the last. */
  readonly offsets: Uint32Array
  /** Rows of the object that are not among them, ascending; each counted from the first below the header. */
  readonly odd: readonly number[]
  /** What they were taken from. */
  readonly table: SampledTable
}

/** A table as a sample of it shows it. */
export type SampledTable = Pick<Head, 'columns' | 'width' | 'header'> &
  Pick<ModelRows, 'inputRowBytes' | 'joinedRowBytes'>

/**
 * The first whole rows of an object, without those that never leave: of a wrong width, or no JSON.
 *
 * @param bytes the object's first ones; all of them when `isWhole`.
 * @returns nothing when there is no whole row.
 * @throws {CsvError} when they are no table of the spec's dialect, or have not its columns.
 */
export function sampleRows(
  bytes: Uint8Array,
  isWhole: boolean,
  spec: Pick<JobSpec, 'dataset' | 'output'>,
  rowsMax: number,
): SampleRows | undefined {
  const { dataset } = spec
  const dialect = dialectOf(dataset)
  const isJson = dataset.format === 'jsonl'
  const head = inspectHead(bytes, dialect, isJson ? 'absent' : dataset.csv.header, isWhole)
  const body = bytes.subarray(head.bodyStart)
  const found = rowOffsets(body, dialect)
  // The last row of what was read may go on beyond it.
  const rows = Math.min(rowsMax, found.length - (isWhole ? 1 : 2))
  if (rows < 1) return undefined
  const whole = body.subarray(0, found[rows])
  const sample = modelRows(whole, rows, spec, head)
  if (sample === undefined) return undefined
  const { left: odd, inputRowBytes, joinedRowBytes } = sample
  const table = { ...head, inputRowBytes, joinedRowBytes }
  return { body: sample.body, rows: sample.rows, offsets: sample.rowOffsets(), odd, table }
}

/** Which row of the object a row of the sample is. */
export function objectRowOf({ odd }: Pick<SampleRows, 'odd'>, row: number): number {
  let at = row
  for (const left of odd) if (left <= at) at += 1
  return at
}

/** The first of these rows, as many as are wanted and as one payload takes. */
export function firstOf(sample: SampleRows, rowsMax: number, bytesMax: number): SampleRows {
  const { body, rows, offsets } = sample
  let count = Math.min(rows, rowsMax)
  while (count > 1 && (offsets[count] ?? 0) > bytesMax) count -= 1
  const end = offsets[count] ?? body.length
  return {
    ...sample,
    body: body.subarray(0, end),
    rows: count,
    offsets: offsets.subarray(0, count + 1),
  }
}
