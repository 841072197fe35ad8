import {
  createLayoutMemory,
  createLimiter,
  InvocationError,
  type Invoke,
  type ScoreBatchDeps,
  type ScoredBatch,
  scoreBatch,
} from '@millrace/invocation'
import type { JobSpec } from '@millrace/job'
import { firstOf, objectRowOf, type SampleRows } from '../endpoint/sample-rows.ts'

/*
 * One bad row fails whatever body it is in, so with a bad row in a hundred no body of more rows would ever be
 * answered, and nothing be known of it. Such rows are found as a run finds them, by halving the batches that
 * are refused, and left out of the sample before anything is measured.
 *
 * The sample is looked at in pieces, of few rows first: nobody knows yet how many the endpoint takes at once.
 * Where time runs out, or most of what comes next is refused, only rows that were looked at are left in it.
 */

/** A sample to measure with. */
export interface Taken {
  readonly sample: SampleRows
  /** Nothing where no row is known to be refused. */
  readonly leftOut?: LeftOut
}

/** What of a sample is not measured with. */
export interface LeftOut {
  /** Refused, of those that were looked at. */
  readonly rows: number
  /** Rows that were looked at. */
  readonly of: number
  /** True when these were all; the sample has no others in any case. */
  readonly isAll: boolean
  /** In the dataset, from 0. Nothing when only those that come after are refused. */
  readonly firstRow?: number
  /** In the endpoint's own words. */
  readonly reason: string
}

type Deps = Pick<ScoreBatchDeps, 'invoke' | 'sleep' | 'random' | 'now'>

/** As many as every job tries first, and some more. */
const FIRST_ROWS = 30
/** An endpoint that is not known yet is not to be overrun. */
const AT_ONCE = 4
/** Pieces are doubled while one takes less than this share of the time. */
const QUICK_SHARE = 1 / 10

/**
 * Finds rows that the endpoint refuses, within so much time, and gives back the sample without them.
 *
 * @throws {InvocationError} that no other rows would change: credentials, no such endpoint.
 */
export async function leaveOutRefused(
  deps: Deps,
  spec: JobSpec,
  sample: SampleRows,
  { timeMs, signal }: { readonly timeMs: number; readonly signal: AbortSignal },
): Promise<Taken> {
  const { now } = deps
  const deadlineAt = now() + timeMs
  const look = createLook(deps, spec, signal)
  const refused: Refused[] = []
  let looked = 0
  let pieceRows = FIRST_ROWS
  let broken: string | undefined
  while (looked < sample.rows && broken === undefined && now() < deadlineAt) {
    const piece = pieceOf(sample, looked, pieceRows, spec.batching.payloadBytesMax)
    const beganAt = now()
    const seen = await look(piece, looked, deadlineAt - beganAt)
    if (seen.kind === 'unknown') break
    if (seen.kind === 'broken') {
      broken = seen.reason
    } else {
      refused.push(...seen.failures)
      looked += piece.rows
    }
    if (now() - beganAt < timeMs * QUICK_SHARE) pieceRows *= 2
  }
  return takenOf(sample, looked, refused, broken)
}

type Refused = ScoredBatch['failures'][number]

/** What a look at a piece has shown. */
type Seen =
  | { readonly kind: 'settled'; readonly failures: readonly Refused[] }
  | { readonly kind: 'broken'; readonly reason: string } // Rows are refused: too many, or too many to find in time.
  | { readonly kind: 'unknown' } // No room, or a fault that is no row's.

function createLook(
  { invoke, ...deps }: Deps,
  { endpoint, batching }: JobSpec,
  signal: AbortSignal,
) {
  const limiter = createLimiter({ concurrencyMax: AT_ONCE, now: deps.now })
  const layouts = createLayoutMemory()
  const { payloadBytesMax } = batching
  return async (piece: SampleRows, firstRow: number, deadlineMs: number): Promise<Seen> => {
    let refusal: InvocationError | undefined
    const noting: Invoke = async (request, stop) => {
      try {
        return await invoke(request, stop)
      } catch (error) {
        if (error instanceof InvocationError && isOfRows(error)) refusal = error
        throw error
      }
    }
    const { body, rows, offsets } = piece
    const about = { endpoint, body, rows, firstRow, payloadBytesMax, deadlineMs }
    try {
      const { failures } = await scoreBatch(
        { ...deps, invoke: noting, limiter, layouts },
        { ...about, rowOffsets: () => offsets },
        signal,
      )
      return { kind: 'settled', failures }
    } catch (error) {
      if (!(error instanceof InvocationError) || error.kind === 'systemic') throw error
      return refusal === undefined
        ? { kind: 'unknown' }
        : { kind: 'broken', reason: wordsOf(refusal) }
    }
  }
}

/** Containers that know no better answer a bad row as they answer their own faults. */
const isOfRows = ({ kind, code }: InvocationError): boolean =>
  kind === 'rows' || code === 'model_failed'

const wordsOf = ({ words, code }: InvocationError): string => (words === '' ? code : words)

/** As many of the rows from `first` on as are wanted and as one payload takes. */
function pieceOf(sample: SampleRows, first: number, rows: number, bytesMax: number): SampleRows {
  const start = sample.offsets[first] ?? 0
  const count = Math.min(rows, sample.rows - first)
  const ends = sample.offsets.subarray(first, first + count + 1)
  const offsets = ends.map((offset) => offset - start)
  return firstOf(
    { ...sample, body: sample.body.subarray(start), rows: count, offsets },
    count,
    bytesMax,
  )
}

function takenOf(
  sample: SampleRows,
  looked: number,
  refused: readonly Refused[],
  broken: string | undefined,
): Taken {
  const [first] = refused
  const reason = first?.message ?? broken
  // With nothing that is known to be taken, the cells tell what becomes of the rows.
  if (reason === undefined || looked === refused.length) return { sample }
  const firstRow = first === undefined ? {} : { firstRow: objectRowOf(sample, first.row) }
  const isAll = looked === sample.rows
  return {
    sample: without(sample, looked, refused),
    leftOut: { rows: refused.length, of: looked, isAll, ...firstRow, reason },
  }
}

/** The first so many rows of the sample, but for some. */
function without(sample: SampleRows, looked: number, refused: readonly Refused[]): SampleRows {
  const { body, offsets } = sample
  const left = new Set(refused.map(({ row }) => row))
  const kept = Array.from({ length: looked }, (_, row) => row)
    .filter((row) => !left.has(row))
    .map((row) => body.subarray(offsets[row], offsets[row + 1]))
  const ends = new Uint32Array(kept.length + 1)
  for (const [index, row] of kept.entries()) ends[index + 1] = (ends[index] ?? 0) + row.length
  const odd = [...sample.odd, ...refused.map(({ row }) => objectRowOf(sample, row))]
  odd.sort((a, b) => a - b)
  return { ...sample, body: Buffer.concat(kept), rows: kept.length, offsets: ends, odd }
}
