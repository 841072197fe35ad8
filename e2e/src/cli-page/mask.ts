/** What differs from run to run, and what stands for it when two outputs are compared. */
const VARIES: readonly (readonly [RegExp, string])[] = [
  [/\b(j|e)-[0-9a-f]{20}\b/g, '$1-…'],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'],
  [/"(\w+At|at|expiresAt)":\d+(\.\d+)?/g, '"$1":TIME'],
  [/\b\d+(\.\d+)? (s|ms)\b/g, 'N $2'],
  [/\b[\d,.]+ rows\/s/g, 'N rows/s'],
  [/\b[\d,]+ MiB\b/g, 'N MiB'],
  [/\$\d[\d,.]*/g, '$N'],
  // How often a queue is asked depends on how long the others take.
  [/^used +.*$/g, 'used'],
  [/^(SQS requests|ledger units) .*$/g, '$1'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'],
  [/^(ok +node +)[\d.]+/gm, '$1VERSION'],
]

/** How far a run is, told every five seconds: a quick machine says nothing. */
const PROGRESS = /^[a-z_]+: [^\n]* rows, [\d,]+ failed, [\d,]+ rows\/s, .*\n?/gm

/** Told when the plan was whole before the job was paused, which is a race. */
const NOT_SCORED = /^retrying .* rows? not scored\)\n?/gm

export const withoutProgress = (output: string): string => output.replaceAll(PROGRESS, '')

/** Of measurements, the names of the facts that they end with; a note is there only on some machines. */
export const factNames = (output: string): string =>
  [...output.matchAll(/^[a-z ]*[a-z](?= {2})/gm)]
    .map(([word]) => word)
    .filter((word) => word !== 'note')
    .join('\n')

/** An output without what varies; columns that moved for it count as one space. */
export function masked(output: string): string {
  return output
    .replaceAll(NOT_SCORED, '')
    .split('\n')
    .map((line) => {
      const without = VARIES.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), line)
      return without === line ? line.trimEnd() : without.replaceAll(/ {2,}/g, ' ').trimEnd()
    })
    .join('\n')
    .trim()
}
