import { closeSync, openSync, writeSync } from 'node:fs'
import { printFloats } from '@millrace/predictions'

/* The job of the export benchmark: the same predictions and the same table every time. */

export const JOB = 'bench-export'
/** The default of `batching.rows`. */
export const BATCH_ROWS = 1_000
/** What the producer spreads the parts of a job over. */
export const PARTITIONS = 16
const COLUMNS = 30

export const columnNames = Array.from({ length: COLUMNS }, (_, column) => `column${column}`)

/** The predictions of rows: float32 from 0 to 1, as XGBoost's are. */
export function floatsOf(start: number, end: number): Float32Array {
  return Float32Array.from({ length: end - start }, (_, index) => {
    const mixed = Math.imul(start + index + 1, 0x9e37_79b1) >>> 0
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  })
}

/**
 * Writes what the peers read: `predictions.csv`, one line a row, and `classes.csv`, whose lines have
 * the class already, for `paste`, which decides nothing. Both have a header.
 */
export function writePredictions(folder: string, rows: number): void {
  const predictions = openSync(`${folder}/predictions.csv`, 'w')
  const classes = openSync(`${folder}/classes.csv`, 'w')
  writeSync(predictions, 'Prediction\n')
  writeSync(classes, 'Prediction,Binary Classification\n')
  for (let start = 0; start < rows; start += BATCH_ROWS) {
    const floats = floatsOf(start, Math.min(rows, start + BATCH_ROWS))
    const text = String(printFloats(Buffer.from(floats.buffer)))
    writeSync(predictions, `${text}\n`)
    const lines = text.split('\n')
    writeSync(classes, lines.map((line, row) => `${line},${floats[row]! > 0.5 ? 1 : 0}\n`).join(''))
  }
  closeSync(predictions)
  closeSync(classes)
}

/** Where the rows of each batch lie in the table. */
export interface Table {
  readonly header: number
  readonly bytes: number
  readonly batches: readonly { readonly start: number; readonly end: number }[]
}

/** Writes `features.csv` with a header and 30 columns of numbers. */
export function writeFeatures(folder: string, rows: number): Table {
  const stretch = Array.from({ length: BATCH_ROWS }, (_, row) => rowOf(row)).join('')
  const file = openSync(`${folder}/features.csv`, 'w')
  const header = writeSync(file, `${columnNames.join(',')}\n`)
  let bytes = header
  const batches = Array.from({ length: rows / BATCH_ROWS }, () => {
    const start = bytes
    bytes += writeSync(file, stretch)
    return { start, end: bytes }
  })
  closeSync(file)
  return { header, bytes, batches }
}

function rowOf(row: number): string {
  const fields = Array.from({ length: COLUMNS }, (_, column) =>
    (Math.sin(row * column) * 1_000).toFixed(column % 5),
  )
  return `${fields.join(',')}\n`
}
