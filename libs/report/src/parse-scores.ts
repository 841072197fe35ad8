/**
 * The numbers in a part's predictions, one a line: NaN for a failed row, for `nan` and for what is no
 * number; of several (a row of probabilities) the greatest.
 */
export function parseScores(predictions: Buffer): Float64Array {
  const lines = predictions.toString('latin1').split('\n')
  const scores = new Float64Array(lines.length)
  lines.forEach((line, index) => {
    const number = Number(line)
    scores[index] = line !== '' && !Number.isNaN(number) ? number : unusual(line)
  })
  return scores
}

function unusual(line: string): number {
  const values = line
    .replaceAll(/["[\]]/g, '')
    .split(',')
    .map((text) => numberOf(text.trim()))
  return Math.max(...values)
}

function numberOf(text: string): number {
  const infinite = /^([-+]?)inf(inity)?$/i.exec(text)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  return text === '' ? Number.NaN : Number(text)
}
