/** The rate is that of the last ten seconds: an average over the job would hide a slow endpoint. */
const WINDOW_MS = 10_000

/** Rows a second, out of what each look has found done; unknown before the second look. */
export type Rate = (rowsDone: number, atMs: number) => number | undefined

export function createRate(): Rate {
  const seen: { readonly atMs: number; readonly rows: number }[] = []
  return (rows, atMs) => {
    // The same look, drawn once more.
    if (seen.at(-1)?.atMs !== atMs) seen.push({ atMs, rows })
    while (seen.length > 2 && atMs - (seen[0]?.atMs ?? atMs) > WINDOW_MS) seen.shift()
    const [first] = seen
    if (first === undefined || first.atMs === atMs) return undefined
    // The rows are an estimate until the end, and a better estimate may be a lower one.
    return (Math.max(0, rows - first.rows) * 1_000) / (atMs - first.atMs)
  }
}
