import { decodePredictions } from '@millrace/invocation'
import { median } from '../harness/cpu-rounds.ts'

const VALUES = 1_000

/** Nanoseconds for one prediction of a thousand. */
export function decodeNs(): number {
  const text = Array.from({ length: VALUES }, (_, index) => `${Math.fround((index + 1) / 1_001)}\n`)
  const answer = { body: Buffer.from(text.join('')), contentType: 'text/csv; charset=utf-8' }
  const times = Array.from({ length: 200 }, () => {
    const startedAt = performance.now()
    for (let count = 0; count < 10; count += 1) decodePredictions(answer, VALUES, 'auto')
    return ((performance.now() - startedAt) * 1e6) / (10 * VALUES)
  })
  return median(times.slice(100))
}
