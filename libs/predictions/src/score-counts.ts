import { bytesAt, kernel, layOut } from './kernel.ts'

/** What is counted of scores, in the order in which `assembly/scores.ts` has it. */
const FIELDS = [
  'threshold',
  'count',
  'aboveThreshold',
  'belowZero',
  'finite',
  'sum',
  'lost',
  'min',
  'max',
  'infiniteBelow',
  'infiniteAbove',
  'binsPerUnit',
  'firstBin',
  'lowestBin',
  'highestBin',
] as const

type Field = (typeof FIELDS)[number]

/** Scores above 1 are counted behind the thousandths from 0 to 1. */
const THOUSANDTHS = 1_002
const BINS = 1_024
const BYTES_EACH = Float64Array.BYTES_PER_ELEMENT

/** Counts of scores, which begin as zeros. */
export interface ScoreCounts {
  get(field: Field): number
  set(fields: Readonly<Partial<Record<Field, number>>>): void
  /** How many scores have k as the smallest with `score <= k / 1000`. */
  readonly thousandths: Float64Array
  /** How many have `firstBin + i` as the smallest with `score <= bin / binsPerUnit`. */
  readonly bins: Float64Array
  /** Counts scores, NaN left out, up to the first that is in none of the bins; answers its index, or the length. */
  add(scores: Float64Array, from: number): number
}

export function createScoreCounts(): ScoreCounts {
  const all = new Float64Array(FIELDS.length + THOUSANDTHS + BINS)
  const bytes = new Uint8Array(all.buffer)
  const bins = all.subarray(FIELDS.length + THOUSANDTHS)
  return {
    get: (field) => all[FIELDS.indexOf(field)] ?? Number.NaN,
    set(fields) {
      for (const [field, value] of Object.entries(fields))
        all[FIELDS.indexOf(field as Field)] = value
    },
    thousandths: all.subarray(FIELDS.length, -BINS),
    bins,
    add(scores, from) {
      const [at = 0, countsAt = 0] = layOut(scores.byteLength, bytes.length)
      bytesAt(at, scores.byteLength).set(
        new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength),
      )
      const place = bytesAt(countsAt, bytes.length)
      place.set(bytes)
      const end = kernel.countScores(at + from * BYTES_EACH, at + scores.byteLength, countsAt)
      bytes.set(place)
      return (end - at) / BYTES_EACH
    },
  }
}
