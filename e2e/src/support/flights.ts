import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../../examples/flights')

/** The example that every end-to-end test scores: 12,000 rows with a known answer each. */
export const flights = {
  features: join(folder, 'features.csv'),
  table: join(folder, 'flights.csv'),
  /** The table with the features beside what else a warehouse has: a header, text, ids. */
  wide: join(folder, 'wide.csv'),
  model: join(folder, 'model.json'),
  rows: readFileSync(join(folder, 'features.csv'), 'utf8').trimEnd().split('\n'),
  answers: readFileSync(join(folder, 'expected.txt'), 'utf8').trimEnd().split('\n'),
}

/** The result that the answer key asks for. */
export function expectedResult(answers: readonly string[] = flights.answers): string {
  const rows = answers.map((answer) => `${answer},${Number(answer) > 0.5 ? 1 : 0}\n`)
  return `Prediction,Binary Classification\n${rows.join('')}`
}
