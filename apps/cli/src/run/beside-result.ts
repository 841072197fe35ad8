/**
 * What lies beside a result: `scores.csv` has `scores.errors.csv` and `scores.manifest.json`. The
 * aggregator writes them so, or removes them when there is nothing to write.
 */
export function besideResult(result: string): { errors: string; manifest: string } {
  const stem = result.replace(/\.(csv|txt)$/i, '')
  return { errors: `${stem}.errors.csv`, manifest: `${stem}.manifest.json` }
}
