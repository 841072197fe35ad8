import type { Verdict } from './history.ts'

/**
 * The verdicts as text for people, a line a job and one for each violation. Sound is what tells of some
 * job and contradicts itself in none: lines that tell of no job are no evidence.
 */
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
  if (verdicts.length === 0) return { text: `${summary}\n${NO_JOB}`, sound: false }
  return { text: [...jobs, summary].join('\n'), sound: broken.length === 0 }
}

const NO_JOB =
  'wanted lines as the apps write them, {"msg":"batch done","jobId":"j-…",…}, got none that tells of a job; ' +
  'unpack what a collector has wrapped, such as {"log":"…"} by jq -r .log'
