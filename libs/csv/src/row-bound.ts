import type { Cut } from './cut.ts'
import { CsvError } from './csv-error.ts'
import type { Dialect } from './dialect.ts'
import type { ScannerExports } from './scanner.ts'

/** Ends the cutting of an object at a row that has no end within `rowBytesMax`. */
export interface RowBound {
  /**
   * Looks at what a piece has brought, which ends at `position`: at the rows that ended in it, before which
   * there are `rows` in the object, and at the one that is open.
   *
   * @throws {CsvError} `row_endless`
   */
  hold(wasm: ScannerExports, cuts: readonly Cut[], rows: number, position: number): void
}

/** @param firstRow the number of the object's first row, as the error shall tell it. */
export function createRowBound(rowBytesMax: number, firstRow: number, dialect: Dialect): RowBound {
  const refuse = (row: number | undefined, byte: number): never => {
    const place = `${row === undefined ? 'the header' : `row ${row}`} (byte ${byte})`
    const message = `cut rows: ${place}: no end within ${rowBytesMax} bytes`
    const where = row === undefined ? { byte } : { row, byte }
    throw new CsvError('row_endless', message, { ...where, hint: hintFor(dialect, byte) })
  }
  return {
    hold(wasm, cuts, rows, position) {
      let before = firstRow + rows
      for (const cut of cuts) {
        // A row that is larger than a cut may be stands alone.
        const { start, end } = cut.bytes
        if (cut.rows === 1 && end - start > rowBytesMax) refuse(before, start)
        before += cut.rows
      }
      const start = wasm.openRowStart()
      if (start < 0 || position - start <= rowBytesMax) return
      const index = wasm.openRowIndex()
      refuse(index < 0 ? undefined : before + index, start)
    },
  }
}

function hintFor({ quote }: Dialect, byte: number): string {
  return quote === ''
    ? 'each row of JSON lines ends with a line end'
    : `from byte ${byte} on, look for a ${quote} at the start of a field that is never closed; where ${quote} is text, set dataset.csv.quote to a character that the table does not hold`
}
