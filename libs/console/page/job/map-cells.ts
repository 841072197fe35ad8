import type { BatchMap, MapCell } from '../../src/console-data.ts'
import { count, counted } from '../pieces/numbers.ts'

export type CellKind = 'missing' | 'partly' | 'recorded' | 'failed'

/** In the order of the legend. */
export const CELL_KINDS: readonly (readonly [kind: CellKind, text: string])[] = [
  ['recorded', 'recorded'],
  ['partly', 'partly recorded'],
  ['failed', 'with failed rows'],
  ['missing', 'missing'],
]

/** A map's cells, ready to be drawn. */
export interface Cell {
  readonly kind: CellKind
  readonly text: string
}

export function cellsOf({ batchesPerCell, cells }: BatchMap, batches: number | undefined): Cell[] {
  const end = batches ?? cells.length * batchesPerCell
  return cells.map((cell, index) => {
    const start = index * batchesPerCell
    const length = Math.min(batchesPerCell, end - start)
    return { kind: kindOf(cell, length), text: textOf(cell, start, length) }
  })
}

/** Failed rows come first: they are what somebody looks for. */
function kindOf([recorded, failedRows]: MapCell, length: number): CellKind {
  if (failedRows > 0) return 'failed'
  if (recorded >= length) return 'recorded'
  return recorded > 0 ? 'partly' : 'missing'
}

function textOf([recorded, failedRows]: MapCell, start: number, length: number): string {
  const failed = failedRows === 0 ? '' : `, ${counted(failedRows, 'failed row')}`
  if (length === 1)
    return `batch ${count(start)}: ${recorded > 0 ? 'recorded' : 'missing'}${failed}`
  const range = `batches ${count(start)} to ${count(start + length - 1)}`
  return `${range}: ${count(recorded)} of ${count(length)} recorded${failed}`
}

/** What the picture says, for those who do not see it. */
export function mapSummary({ batchesPerCell, cells }: BatchMap, batches?: number): string {
  const recorded = cells.reduce((sum, [recorded]) => sum + recorded, 0)
  const failed = cells.filter(([, failedRows]) => failedRows > 0).length
  const square = batchesPerCell === 1 ? 'one a square' : `${count(batchesPerCell)} a square`
  const where = failed === 0 ? '' : `; rows have failed in ${counted(failed, 'square')}`
  // While the job is planned its last batch is not known, and the map grows.
  const known = batches ?? cells.length * batchesPerCell
  const all = `${counted(known, 'batch', 'batches')}${batches === undefined ? ' so far' : ''}`
  const missing = count(Math.max(0, known - recorded))
  return `${all}, ${square}: ${count(recorded)} recorded, ${missing} missing${where}`
}
