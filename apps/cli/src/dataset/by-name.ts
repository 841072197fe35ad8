import type { PartialSpec } from '../spec/spec-options.ts'

type Dataset = Exclude<PartialSpec['dataset'], undefined>

/** What a name says of a dataset: `.jsonl` and `.ndjson` are JSON lines, `.tsv` has tabs. */
export function datasetByName(name: string): Pick<Dataset, 'format' | 'csv'> {
  const plain = withoutCompression(name)
  if (/\.(jsonl|ndjson|jsonlines)$/i.test(plain)) return { format: 'jsonl' }
  return /\.(tsv|tab)$/i.test(plain) ? { csv: { delimiter: '\t' } } : {}
}

/** `rows.csv.gz` is `rows.csv` inside. */
export const withoutCompression = (name: string): string =>
  name.replace(/\.(gz|gzip|zst|zstd)$/i, '')
