/** Letters of a word that are looked at. */
const LETTERS_MAX = 64
/** A word in which more letters differ is another word, however long both are. */
const DIFFERENT_MAX = 5

/**
 * The word that is written most like another, when a third of the letters or fewer differ, five at
 * most. Each find lowers what the others must come below, so most are given up after a few letters:
 * a table of thousands of columns is looked through for each name that is not there.
 */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const wanted = lettersOf(word)
  let best: string | undefined
  let bound = Math.min(DIFFERENT_MAX + 1, Math.max(2, Math.ceil(wanted.length / 3 + 1)))
  for (const candidate of words) {
    const distance = editDistance(wanted, lettersOf(candidate), bound)
    if (distance >= bound) continue
    best = candidate
    bound = distance
  }
  return best
}

/** Shortened last, because a letter's lower case may be two. */
const lettersOf = (word: string): string =>
  word.trim().slice(0, LETTERS_MAX).toLowerCase().slice(0, LETTERS_MAX)

/** Distances of the row at hand and of the two before it, for every call: it allocates nothing. */
const rows = [0, 1, 2].map(() => new Uint8Array(LETTERS_MAX + 2))

/**
 * Letters added, left out, changed, or swapped with their neighbour: exact below `bound`, else some
 * number from it on. Only what lies within `bound` of the diagonal can come below it.
 */
function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) >= bound) return bound
  let [before, previous, row] = rows as [Uint8Array, Uint8Array, Uint8Array]
  for (let j = 0; j <= b.length; j += 1) previous[j] = j
  for (let i = 1; i <= a.length; i += 1) {
    const first = Math.max(1, i - bound)
    const last = Math.min(b.length, i + bound)
    row[first - 1] = first === 1 ? i : bound
    row[last + 1] = bound
    let least = i
    for (let j = first; j <= last; j += 1) {
      const isSame = a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
      let cell = (previous[j - 1] ?? 0) + (isSame ? 0 : 1)
      if (!isSame && isSwap(a, b, i, j)) cell = Math.min(cell, (before[j - 2] ?? 0) + 1)
      cell = Math.min(cell, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      row[j] = cell
      if (cell < least) least = cell
    }
    if (least >= bound) return bound
    ;[before, previous, row] = [previous, row, before]
  }
  return previous[b.length] ?? 0
}

const isSwap = (a: string, b: string, i: number, j: number): boolean =>
  i > 1 &&
  j > 1 &&
  a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
  a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
