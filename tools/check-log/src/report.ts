import type { Verdict } from './history.ts'

/** The verdicts as text for people, a line a job and one for each violation. */
export function report(
  verdicts: readonly Verdict[],
  read: { readonly lines: number; readonly skipped: number },
): { readonly text: string; readonly sound: boolean } {
  const broken = verdicts.filter(({ violations }) => violations.length > 0)
  const jobs = verdicts.map(({ jobId, state, batches = '?', rows = '?', ...facts }) => {
    const counts = `${facts.recorded} of ${batches} batches recorded, ${rows} rows`
    const line = `${jobId}  ${state}  ${counts}, ${facts.duplicates} duplicates suppressed`
    return [line, ...facts.violations.map((violation) => `  VIOLATION ${violation}`)].join('\n')
  })
  const other = read.skipped === 0 ? '' : ` (${read.skipped} of them are not JSON)`
  const summary = `${read.lines} lines${other}, ${verdicts.length} jobs, ${broken.length} broken`
  return { text: [...jobs, summary].join('\n'), sound: broken.length === 0 }
}
