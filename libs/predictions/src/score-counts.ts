import { COUNTS_AT, kernel, layOut, numbersAt } from './kernel.ts'

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
  /** How many scores have k as the smallest with `score <= k / 1000`; a copy. */
  readonly thousandths: Float64Array
  /** How many have `firstBin + i` as the smallest with `score <= bin / binsPerUnit`; a copy. */
  readonly bins: Float64Array
  setBins(bins: Float64Array): void
  /** Counts scores, NaN left out, up to the first that is in none of the bins; answers its index, or the length. */
  add(scores: Float64Array, from: number): number
}

/*
 * The counts lie in the kernel while scores are added to them: they are as many bytes as the scores of a batch.
 * Whose they are that lie there takes them home before anybody else comes.
 */
let guest: Float64Array | undefined

export function createScoreCounts(): ScoreCounts {
  const all = new Float64Array(FIELDS.length + THOUSANDTHS + BINS)
  const atHome = (): Float64Array => {
    if (guest === all) takeHome()
    return all
  }
  return {
    get: (field) => atHome()[FIELDS.indexOf(field)] ?? Number.NaN,
    set(fields) {
      for (const [field, value] of Object.entries(fields)) {
        atHome()[FIELDS.indexOf(field as Field)] = value
      }
    },
    get thousandths() {
      return atHome().slice(FIELDS.length, -BINS)
    },
    get bins() {
      return atHome().slice(-BINS)
    },
    setBins: (bins) => atHome().set(bins, FIELDS.length + THOUSANDTHS),
    add(scores, from) {
      if (guest !== all) takeIn(all)
      const [at = 0] = layOut(scores.byteLength)
      numbersAt(at, scores.length).set(scores)
      const end = kernel.countScores(at + from * BYTES_EACH, at + scores.byteLength, COUNTS_AT)
      return (end - at) / BYTES_EACH
    },
  }
}

function takeIn(counts: Float64Array): void {
  takeHome()
  numbersAt(COUNTS_AT, counts.length).set(counts)
  guest = counts
}

function takeHome(): void {
  guest?.set(numbersAt(COUNTS_AT, guest.length))
  guest = undefined
}
