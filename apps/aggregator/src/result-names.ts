/** Where a job's files lie. */
export interface ResultNames {
  readonly result: string
  readonly errors: string
  readonly manifest: string
}

/**
 * The names follow from the output's URI: `scores.csv` has `scores.errors.csv` and
 * `scores.manifest.json` beside it; a folder gets `result.csv`, `errors.csv` and `manifest.json`.
 */
export function resultNames(uri: string): ResultNames {
  if (uri.endsWith('/')) {
    return {
      result: `${uri}result.csv`,
      errors: `${uri}errors.csv`,
      manifest: `${uri}manifest.json`,
    }
  }
  const stem = uri.replace(/\.(csv|txt)$/i, '')
  return { result: uri, errors: `${stem}.errors.csv`, manifest: `${stem}.manifest.json` }
}
