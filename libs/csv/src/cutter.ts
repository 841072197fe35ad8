import { bytesOf, CR, type Dialect, LF } from './dialect.ts'

/** One batch-to-be: consecutive rows of an object. */
export interface Cut {
  /** 1 to `rowsMax`. */
  readonly rows: number
  /**
   * Bytes `[start, end)` within the object, from the first byte of the first row to the last byte of
   * the last row's line end. At most `bytesMax` of them, except that a row larger than that stands
   * alone. Blank lines may lie within it, and between two cuts.
   */
  readonly bytes: { readonly start: number; readonly end: number }
}

export interface CutterOptions {
  readonly dialect: Dialect
  readonly rowsMax: number
  readonly bytesMax: number
  /** True when the object's first row names the columns: it is skipped. */
  readonly header: boolean
}

/** Push machine over one object: bytes in, cuts out. The same cuts whatever way the bytes are split. */
export interface Cutter {
  /** The cuts that these bytes complete. Skips a byte order mark and the header. */
  push(chunk: Uint8Array): readonly Cut[]
  /** The last cut, if rows are left. Call it once, after the last push. */
  end(): readonly Cut[]
  /** Rows cut so far. */
  readonly rows: number
}

/** @throws {CsvError} `bad_dialect`. */
export function createCutter({ dialect, rowsMax, bytesMax, header }: CutterOptions): Cutter {
  const { delimiter, quote } = bytesOf(dialect)
  let cuts: Cut[] = []
  let rows = 0
  let position = 0
  let bomSeen = 0
  let bomDone = false
  let state: 'start' | 'unquoted' | 'quoted' | 'quote' = 'start'
  let afterCr = false
  let rowStart = -1
  let headerLeft = header
  let open = { rows: 0, start: 0, end: 0 }

  const cut = () => {
    if (open.rows === 0) return
    cuts.push({ rows: open.rows, bytes: { start: open.start, end: open.end } })
    rows += open.rows
    open = { rows: 0, start: 0, end: 0 }
  }
  const endRow = (end: number) => {
    const start = rowStart
    rowStart = -1
    state = 'start'
    if (start < 0) return
    if (headerLeft) {
      headerLeft = false
      return
    }
    if (open.rows > 0 && end - open.start > bytesMax) cut()
    if (open.rows === 0) open.start = start
    open.rows += 1
    open.end = end
    if (open.rows === rowsMax) cut()
  }
  const feed = (byte: number) => {
    const at = position
    position += 1
    if (afterCr) {
      afterCr = false
      if (byte === LF) {
        endRow(at + 1)
        return
      }
      endRow(at)
    }
    if (state !== 'quoted' && byte === LF) endRow(at + 1)
    else if (state !== 'quoted' && byte === CR) afterCr = true
    else {
      if (rowStart < 0) rowStart = at
      if (state === 'quoted') state = byte === quote ? 'quote' : 'quoted'
      else if (byte === quote && state !== 'unquoted') state = 'quoted'
      else state = byte === delimiter ? 'start' : 'unquoted'
    }
  }
  const take = () => {
    const taken = cuts
    cuts = []
    return taken
  }
  const replayBom = () => {
    bomDone = true
    for (let index = 0; index < bomSeen; index += 1) feed(BOM[index] as number)
  }
  return {
    push(chunk) {
      for (const byte of chunk) {
        if (!bomDone) {
          if (byte === BOM[bomSeen]) {
            bomSeen += 1
            if (bomSeen < BOM.length) continue
            bomDone = true
            position = BOM.length
            continue
          }
          replayBom()
        }
        feed(byte)
      }
      return take()
    },
    end() {
      if (!bomDone) replayBom()
      endRow(position)
      cut()
      return take()
    },
    get rows() {
      return rows
    },
  }
}

const BOM = [0xef, 0xbb, 0xbf] as const
