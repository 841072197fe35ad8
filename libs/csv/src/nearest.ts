/** The word that is written most like another, when a third of the letters or fewer differ. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const wanted = word.trim().toLowerCase()
  let best: { word: string; distance: number } | undefined
  for (const candidate of words) {
    const distance = editDistance(wanted, candidate.trim().toLowerCase())
    if (distance < (best?.distance ?? Math.max(2, wanted.length / 3 + 1)))
      best = { word: candidate, distance }
  }
  return best?.word
}

/** Letters added, left out, changed, or swapped with their neighbour, on the first 64 characters. */
function editDistance(left: string, right: string): number {
  const [a, b] = [left.slice(0, 64), right.slice(0, 64)]
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = isSwap ? (before[j - 2] ?? 0) + 1 : change
      row.push(Math.min(change, swap, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    before = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
