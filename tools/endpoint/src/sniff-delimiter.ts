/**
 * The delimiter that CPython's `csv.Sniffer` finds in one line of numbers, which is what the
 * container asks; a letter or digit means a comma. Undefined where the Sniffer gives up.
 * Source: CPython, Lib/csv.py, `_guess_delimiter`: with one line every character is consistent, so a
 * preferred one wins, then the most frequent one, then the one with the highest code.
 */
export function sniffDelimiter(line: string): string | undefined {
  const seen = new Map<string, number>()
  for (const character of line.slice(0, LOOKED_AT)) {
    if (character <= HIGHEST) seen.set(character, (seen.get(character) ?? 0) + 1)
  }
  const preferred = PREFERRED.find((character) => seen.has(character))
  if (preferred !== undefined) return preferred
  const [best] = [...seen].toSorted(([a, n], [b, m]) => m - n || (a < b ? 1 : -1))
  if (best === undefined) return undefined
  return /[0-9A-Za-z]/.test(best[0]) ? ',' : best[0]
}

/** The container passes the first 512 characters of the first line. */
const LOOKED_AT = 512
const HIGHEST = '\u007e'
const PREFERRED = [',', '\t', ';', ' ', ':']
