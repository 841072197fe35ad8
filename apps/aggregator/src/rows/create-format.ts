import type { JobSpec, PinnedDataset } from '@millrace/job'
import type { Deciding } from '@millrace/predictions'
import { createCsvFormat } from './format-csv.ts'
import { createJsonLinesFormat } from './format-json-lines.ts'
import { createParquetFormat } from './format-parquet.ts'
import type { ResultFormat } from './result-format.ts'

/**
 * The format that a job's result is written in.
 *
 * @param header the dataset's header row as it lies there, where it is to be written.
 * @throws {CsvError} when a column to join is not in the dataset.
 * @throws {OutputError} when two columns would have one name, where names are keys.
 */
export function createFormat(
  spec: JobSpec,
  dataset: PinnedDataset,
  deciding: Deciding,
  header?: Buffer,
): ResultFormat {
  const { format } = spec.output
  switch (format) {
    case 'csv':
      return createCsvFormat(spec, dataset, deciding, header)
    case 'jsonl':
      return createJsonLinesFormat(spec, dataset, deciding)
    case 'parquet':
      return createParquetFormat(spec, dataset, deciding)
    default:
      return format satisfies never
  }
}
