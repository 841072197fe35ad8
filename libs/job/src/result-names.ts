import type { Output } from './result-spec.ts'

/** What of an output the names follow from. */
export type NamedOutput = Pick<Output, 'uri' | 'format' | 'files' | 'compression'>

/** Where a job's files lie. */
export interface ResultNames {
  /** The result; with one for each input object, the folder of all. */
  readonly result: string
  readonly errors: string
  readonly manifest: string
  readonly report: string
}

/**
 * The names follow from the output's URI: `scores.csv` has `scores.errors.csv` and
 * `scores.manifest.json` and
 * `scores.report.html` beside it; a folder gets `result.csv`, `errors.csv`, `manifest.json` and
 * `report.html`.
 */
export function resultNames(output: NamedOutput): ResultNames {
  const { uri, format, files } = output
  if (!uri.endsWith('/')) return { result: uri, ...besideResult(uri) }
  const name = files === 'per_object' ? '' : `result.${format}${compressedEnding(output)}`
  return {
    result: `${uri}${name}`,
    errors: `${uri}errors.csv`,
    manifest: `${uri}manifest.json`,
    report: `${uri}report.html`,
  }
}

/** What lies beside a result that is a file, given as URI or path. */
export function besideResult(result: string): Omit<ResultNames, 'result'> {
  const plain = result.replace(/\.(gz|zst)$/i, '')
  const stem = plain.replace(/\.(csv|tsv|txt|json|jsonl|ndjson|parquet)$/i, '')
  return {
    errors: `${stem}.errors.csv`,
    manifest: `${stem}.manifest.json`,
    report: `${stem}.report.html`,
  }
}

/** How the file as a whole is compressed; Parquet compresses its pages. */
export function fileCompression({
  format,
  compression,
}: Pick<Output, 'format' | 'compression'>): 'none' | 'gzip' | 'zstd' {
  return format === 'parquet' || compression === 'auto' ? 'none' : compression
}

/** What is added to the name of a file that is compressed as a whole. */
export function compressedEnding(output: Pick<Output, 'format' | 'compression'>): string {
  return { none: '', gzip: '.gz', zstd: '.zst' }[fileCompression(output)]
}
