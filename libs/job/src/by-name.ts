/*
 * What the name of a file says of it. A spec that does not say it itself is written out by its names, whoever
 * sends it: so a result that is called `.parquet` is no CSV.
 */

/** What a dataset's name says: `.jsonl` and `.ndjson` are JSON lines, `.tsv` has tabs. */
export function datasetByName(name: string): {
  readonly format?: 'jsonl'
  readonly csv?: { readonly delimiter: string }
} {
  const plain = withoutCompression(name)
  if (/\.(jsonl|ndjson|jsonlines)$/i.test(plain)) return { format: 'jsonl' }
  return /\.(tsv|tab)$/i.test(plain) ? { csv: { delimiter: '\t' } } : {}
}

/** `rows.csv.gz` is `rows.csv` inside. */
export const withoutCompression = (name: string): string =>
  name.replace(/\.(gz|gzip|zst|zstd)$/i, '')

const RESULT_FORMATS: Readonly<Record<string, 'jsonl' | 'parquet'>> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
}

/** What a result's name says: `scores.jsonl.gz` is JSON lines, compressed by gzip. */
export function resultByName(name: string): {
  readonly format?: 'jsonl' | 'parquet'
  readonly compression?: 'gzip' | 'zstd'
} {
  const packed = /\.(?:gz|zst)$/i.exec(name)?.[0]
  const plain = name.slice(0, name.length - (packed?.length ?? 0))
  const format = RESULT_FORMATS[/\.([a-z]+)$/i.exec(plain)?.[1]?.toLowerCase() ?? '']
  return {
    ...(format === undefined ? {} : { format }),
    ...(packed === undefined
      ? {}
      : { compression: packed.toLowerCase() === '.gz' ? 'gzip' : 'zstd' }),
  }
}
