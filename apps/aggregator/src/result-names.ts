import { type Output, type PinnedDataset, sourceOf } from '@millrace/job'
import { resolveUri } from '@millrace/storage'

/** Where a job's files lie. */
export interface ResultNames {
  /** The result; with one for each input object, the folder of all. */
  readonly result: string
  readonly errors: string
  readonly manifest: string
}

/**
 * The names follow from the output's URI: `scores.csv` has `scores.errors.csv` and
 * `scores.manifest.json` beside it; a folder gets `result.csv`, `errors.csv` and `manifest.json`.
 */
export function resultNames(output: Output): ResultNames {
  const { uri } = output
  if (uri.endsWith('/')) {
    const result = output.files === 'per_object' ? '' : `result.${output.format}`
    return {
      result: `${uri}${result}${result === '' ? '' : compressedEnding(output)}`,
      errors: `${uri}errors.csv`,
      manifest: `${uri}manifest.json`,
    }
  }
  const stem = uri.replace(/\.(gz|zst)$/i, '').replace(/\.(csv|txt|tsv|jsonl|json|parquet)$/i, '')
  return { result: uri, errors: `${stem}.errors.csv`, manifest: `${stem}.manifest.json` }
}

/** How the file as a whole is compressed; Parquet compresses its pages. */
export function fileCompression({ format, compression }: Output): 'none' | 'gzip' | 'zstd' {
  return format === 'parquet' || compression === 'auto' ? 'none' : compression
}

function compressedEnding(output: Output): string {
  return { none: '', gzip: '.gz', zstd: '.zst' }[fileCompression(output)]
}

/**
 * The results of the input objects, as Batch Transform names them: the object's name below the folder
 * that all objects lie in, and `.out`.
 *
 * @throws {StorageError} `uri_invalid` for a name that would lead out of the output's folder.
 */
export function objectResultNames(output: Output, { objects }: PinnedDataset): readonly string[] {
  const uris = objects.map((object) => sourceOf(object).uri)
  const folder = commonFolder(uris)
  const ending = `.out${compressedEnding(output)}`
  return uris.map((uri) => {
    const name = uri.slice(folder.length)
    const plain = uri.startsWith('file:') ? decodeURIComponent(name) : name
    return resolveUri(output.uri, `${plain}${ending}`)
  })
}

function commonFolder(uris: readonly string[]): string {
  const [first = '', ...others] = uris
  let end = first.lastIndexOf('/') + 1
  for (const uri of others) {
    while (!uri.startsWith(first.slice(0, end))) end = first.lastIndexOf('/', end - 2) + 1
  }
  return first.slice(0, end)
}
