import { createHash, type Hash } from 'node:crypto'
import { addSpent, NOTHING_SPENT, type Spent } from '@millrace/cost'
import type { Batch, JobId } from '@millrace/job'
import { variantsOf } from '@millrace/ledger'
import { type CountedPart, countWork, type LayerTally } from './history.ts'

/** What the parts add up to. */
export interface Tally {
  readonly rows: number
  readonly batches: number
  readonly failedRows: number
  readonly attempts: number
  readonly invocations: number
  readonly throttles: number
  readonly durationMs: number
  readonly inputBytes: number
  readonly predictionBytes: number
  readonly failedByCode: Readonly<Record<string, number>>
  readonly variants: Readonly<Record<string, number>>
  readonly recordedAt: { readonly first: number; readonly last: number } | undefined
  readonly sha256OfBatches: string
  /** What each job has done: one, or a retry and those that it stands on. */
  readonly layers: ReadonlyMap<JobId, LayerTally>
  /** What each of them has used, as far as their parts are among these. */
  readonly spent: ReadonlyMap<JobId, JobSpent>
}

export interface Tallying {
  add(batch: Batch, part: CountedPart): void
  total(): Tally
}

/** What the parts tell of one job's use. */
export interface JobSpent {
  spent: Spent
  parts: number
  invocationMs: number
  predictionBytes: number
}

export const NO_PARTS: Readonly<JobSpent> = {
  spent: NOTHING_SPENT,
  parts: 0,
  invocationMs: 0,
  predictionBytes: 0,
}

/** An endpoint has ten at a time: more than these is what one says that invents them. */
const VARIANTS_MAX = 1_000

export function createTally(): Tallying {
  const sums = { rows: 0, batches: 0, failedRows: 0, attempts: 0, invocations: 0, throttles: 0 }
  const sizes = { durationMs: 0, inputBytes: 0, predictionBytes: 0 }
  const failedByCode = new Map<string, number>()
  const variants = new Map<string, number>()
  const layers = new Map<JobId, LayerTally>()
  const hash: Hash = createHash('sha256')
  let recordedAt: { first: number; last: number } | undefined
  const spent = new Map<JobId, JobSpent>()
  return {
    add(batch, part) {
      sums.rows += part.rows.end - part.rows.start
      sums.batches += 1
      sums.failedRows += part.failures.length
      const works = countWork(layers, part)
      for (const { attempt, invocations, throttles, durationMs } of works) {
        sums.attempts += attempt
        sums.invocations += invocations
        sums.throttles += throttles
        sizes.durationMs += durationMs
      }
      sizes.inputBytes += batch.bytes.end - batch.bytes.start
      sizes.predictionBytes += part.lines.textBytes
      for (const { code } of part.failures) increment(failedByCode, code)
      for (const variant of new Set(works.flatMap(variantsOf))) {
        if (variants.size < VARIANTS_MAX || variants.has(variant)) increment(variants, variant)
      }
      hash.update(part.inputHash)
      countSpent(spent, part)
      recordedAt = {
        first: Math.min(recordedAt?.first ?? part.recordedAt, part.recordedAt),
        last: Math.max(recordedAt?.last ?? part.recordedAt, part.recordedAt),
      }
    },
    total: () => ({
      ...sums,
      ...sizes,
      failedByCode: sorted(failedByCode),
      variants: sorted(variants),
      recordedAt,
      layers,
      sha256OfBatches: hash.copy().digest('hex'),
      spent,
    }),
  }
}

function countSpent(jobs: Map<JobId, JobSpent>, part: CountedPart): void {
  const { jobId, durationMs, lines, spent } = part
  const sums = jobs.get(jobId) ?? { ...NO_PARTS }
  sums.parts += 1
  sums.invocationMs += durationMs
  sums.predictionBytes += lines.textBytes
  sums.spent = addSpent(sums.spent, { ...NOTHING_SPENT, ...spent })
  jobs.set(jobId, sums)
}

/** A map: a variant may have the name of what every object has, such as `constructor`. */
function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

const sorted = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
