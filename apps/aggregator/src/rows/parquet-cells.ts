/**
 * The cells of a row group, row by row, in one piece of memory. As strings a cell of two digits would take
 * some forty bytes, and are made of one column at a time.
 */
export interface Cells {
  readonly rows: number
  /** What memory holds for them. */
  readonly bytes: number
  /** A row has a cell for each column; null is a value that is missing, not an empty text. */
  add(row: readonly (string | null)[]): void
  column(index: number): (string | null)[]
  clear(): void
}

const TEXT_BYTES_START = 64 * 1024
const CELLS_START = 1_024
const END_BYTES = Int32Array.BYTES_PER_ELEMENT
/** What a character of a string takes at most as UTF-8. */
const CHAR_BYTES_MAX = 3

export function createCells(columns: number): Cells {
  let text = Buffer.alloc(TEXT_BYTES_START)
  // Where each cell ends; `~end` of one that is missing.
  let ends = new Int32Array(CELLS_START)
  let [cells, end] = [0, 0]

  const reserve = (bytes: number): void => {
    if (end + bytes > text.length) {
      const more = Buffer.alloc(grown(text.length, end + bytes))
      text.copy(more, 0, 0, end)
      text = more
    }
    if (cells + columns <= ends.length) return
    const more = new Int32Array(grown(ends.length, cells + columns))
    more.set(ends)
    ends = more
  }
  return {
    get rows() {
      return cells / columns
    },
    get bytes() {
      return end + cells * END_BYTES
    },
    add(row) {
      const joined = row.join('')
      reserve(joined.length * CHAR_BYTES_MAX)
      const written = text.write(joined, end)
      const isAscii = written === joined.length
      for (const cell of row) {
        end += isAscii ? (cell?.length ?? 0) : Buffer.byteLength(cell ?? '')
        ends[cells] = cell === null ? ~end : end
        cells += 1
      }
    },
    column(index) {
      return Array.from({ length: cells / columns }, (_, row) => {
        const cell = row * columns + index
        const stop = ends[cell] ?? 0
        return stop < 0 ? null : text.toString('utf8', placeOf(ends[cell - 1] ?? 0), stop)
      })
    },
    clear() {
      cells = 0
      end = 0
    },
  }
}

const placeOf = (end: number): number => (end < 0 ? ~end : end)

const grown = (size: number, needed: number): number => Math.max(2 * size, needed)
