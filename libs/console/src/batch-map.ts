import assert from 'node:assert/strict'
import type { BatchMap, MapCell } from './console-data.ts'

/** The batches of a job, and what has become of them. */
export interface Batches {
  readonly batches: number
  /** Whether a batch is recorded; batches are counted from 0. */
  has(batch: number): boolean
  /** Of each batch in which rows have failed, how many. */
  readonly failedRows: ReadonlyMap<number, number>
}

/**
 * Folds the batches of a job into at most `cellsMax` cells of equal length, in order; the last may be
 * shorter. A page can draw two thousand squares each two seconds, and a job may have a million batches.
 */
export function batchMap(of: Batches, cellsMax = 2_000): BatchMap {
  assert(cellsMax >= 1, `batch map: wanted room for at least 1 cell, got ${cellsMax}`)
  const batchesPerCell = Math.max(1, Math.ceil(of.batches / cellsMax))
  const length = Math.ceil(of.batches / batchesPerCell)
  const cells = Array.from({ length }, (_, cell): MapCell => {
    const start = cell * batchesPerCell
    return [recordedIn(of, start, Math.min(start + batchesPerCell, of.batches)), 0]
  })
  for (const [batch, failed] of of.failedRows) {
    const at = Math.floor(batch / batchesPerCell)
    const cell = cells[at]
    // One beyond the plan would be of another job; it is no reason to show nothing.
    if (cell !== undefined) cells[at] = [cell[0], cell[1] + failed]
  }
  return { batchesPerCell, cells }
}

function recordedIn(of: Batches, start: number, end: number): number {
  let recorded = 0
  for (let batch = start; batch < end; batch += 1) if (of.has(batch)) recorded += 1
  return recorded
}
