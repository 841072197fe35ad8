import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createReport } from './collect-report.ts'
import { createLabelledScores } from './labelled-scores.ts'
import type { ReportData } from './report-data.ts'

const folder = join(import.meta.dirname, '../../../examples/flights')
const numbers = (name: string): number[] =>
  readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').map(Number)

/** The flights: scores of a real model, and whether each of them was late. */
export const flights = { scores: numbers('expected.txt'), labels: numbers('labels.csv') }

/** What an endpoint may say, if it means harm. */
export const HOSTILE =
  '</script><script>document.title="owned"</script><img src=x onerror=alert(1)>'

/** A report of the flights in batches of a hundred, of which two rows failed. */
export function flightsReport(): ReportData {
  const report = createReport({ kind: 'binary', threshold: 0.5, labels: ['on time', 'late'] })
  const labelled = createLabelledScores(flights.scores.length)
  for (let start = 0; start < flights.scores.length; start += 100) {
    const scores = Float64Array.from(flights.scores.slice(start, start + 100))
    const failures =
      start === 300
        ? [
            { row: 305, code: 'row_refused', message: HOSTILE },
            { row: 306, code: 'row_width', message: 'the row has 7 fields, wanted 8' },
          ]
        : []
    for (const { row } of failures) scores[row - start] = Number.NaN
    const recordedAt = 1_780_000_000 + start / 200
    report.add({ scores, failures, throttles: start === 600 ? 3 : 0, durationMs: 40, recordedAt })
    scores.forEach((score, index) => labelled.add(score, flights.labels[start + index] === 1))
  }
  const facts = {
    jobId: 'j-flights',
    state: 'succeeded_with_failures',
    endpoint: `flights ${HOSTILE}`,
    variants: { AllTraffic: 120 },
    dataset: 's3://data/flights.csv',
    invocations: 131,
    createdAt: 1_780_000_000,
    endedAt: 1_780_000_061,
    outputs: [{ name: 'result.csv', bytes: 262_144, sha256: 'ab'.repeat(32) }],
  }
  return report.finish(facts, labelled.finish(0.5, { falsePositive: 1, falseNegative: 5 }))
}
