import type { Random } from '@millrace/testing'
import type { JobPlan } from './scenario.ts'

/** What the endpoint has to say of a row, and so what its line of the result has to be. */
export type Answer =
  | { readonly kind: 'predicted'; readonly text: string }
  | { readonly kind: 'refused' } // The model refuses it, alone and among others.
  | { readonly kind: 'odd' } // Of another width: it must never reach the model.

/** Half open. */
interface RowRange {
  readonly start: number
  readonly end: number
}

export const HEADER = 'id,a,b'
export const WIDTH = 3
/** The rows that the producer tries the endpoint with, or the first batch when that is smaller. */
const PREFLIGHT_ROWS = 20

/** The rows of one version of a dataset; versions differ in every row. */
export function drawRows(random: Random, plan: JobPlan, version: number): string[] {
  // A bad row among the first fails the preflight, and the run has no more to tell.
  const goodRows = random.chance(0.8) ? PREFLIGHT_ROWS : 0
  return Array.from({ length: plan.rows }, (_, row) => {
    const id = `${plan.doubles ? 2 : 1}${version}${String(row).padStart(4, '0')}`
    const a = (random.next() * 10).toFixed(random.int(0, 4))
    if (row < goodRows || !random.chance(plan.badRows)) return `${id},${a},${random.int(0, 9)}`
    return random.chance(0.7) ? `${id},${a},x` : `${id},${a}`
  })
}

/** Of which rows each object of a dataset consists. */
export const objectsOf = ({ rows, objects }: JobPlan): RowRange[] =>
  Array.from({ length: objects }, (_, index) => ({
    start: Math.floor((index * rows) / objects),
    end: Math.floor(((index + 1) * rows) / objects),
  }))

/** Of which rows each batch of a job consists: none has rows of two objects. */
export const batchesOf = (plan: JobPlan): RowRange[] =>
  objectsOf(plan).flatMap(({ start, end }) =>
    Array.from({ length: Math.ceil((end - start) / plan.batchRows) }, (_, index) => ({
      start: start + index * plan.batchRows,
      end: Math.min(end, start + (index + 1) * plan.batchRows),
    })),
  )

export const textOf = (plan: JobPlan, rows: readonly string[]): string =>
  [...(plan.header ? [HEADER] : []), ...rows].join('\n').concat('\n')

/** What XGBoost's container does with a row of too few columns: a number like any other. */
export const wrongAnswer = '0.123456789'

/** The model: a text that follows from the row, of as many digits as real models send. */
export function answerTo(row: string): Answer {
  const fields = row.split(',')
  if (fields.length !== WIDTH) return { kind: 'odd' }
  if (fields.some((field) => field === '' || !Number.isFinite(Number(field)))) {
    return { kind: 'refused' }
  }
  let hash = 2_166_136_261
  for (let at = 0; at < row.length; at += 1) {
    hash = Math.imul(hash ^ row.charCodeAt(at), 16_777_619) >>> 0
  }
  const number = hash / 4_294_967_296
  return { kind: 'predicted', text: String(row.startsWith('2') ? number : Math.fround(number)) }
}
