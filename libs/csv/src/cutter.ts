import assert from 'node:assert/strict'
import { createMarkGate } from './byte-order-mark.ts'
import type { Cut } from './cut.ts'
import {
  type CutterScanner,
  endPieces,
  giveBack,
  scanPiece,
  takeScanner,
} from './cutter-scanner.ts'
import { bytesOf, type Dialect } from './dialect.ts'
import { createQuotingCheck } from './quoting-check.ts'
import { createRowBound } from './row-bound.ts'
import type { Slots } from './slots.ts'

export interface CutterOptions {
  readonly dialect: Dialect
  readonly rowsMax: number
  readonly bytesMax: number
  /** True when the object's first row names the columns: it is skipped. */
  readonly header: boolean
  /** True to refuse malformed quoting, at the price of a second look at each byte. Default false. */
  readonly strict?: boolean
  /** Memory that bytes may be pushed in without a copy. */
  readonly slots?: Slots | undefined
  /**
   * What a row may have at most, no less than `bytesMax`. After a quote that is never closed all the rest is
   * one row: this ends it before anybody has read the rest. Default: no bound.
   */
  readonly rowBytesMax?: number
  /** The number of the object's first row, for errors. Default 0. */
  readonly firstRow?: number
}

/**
 * Push machine over one object: bytes in, cuts out. The same cuts whatever way the bytes are split, and
 * whoever glanced over them before.
 *
 * Slots save the copy: read into a buffer of them, then push that buffer, or what was filled of it. One
 * that was pushed is free again at once.
 */
export interface Cutter {
  /**
   * The cuts that these bytes complete. Skips a byte order mark and the header.
   *
   * @throws {CsvError} `row_endless`; `malformed_quoting`, when strict. The cutter is of no use after that.
   */
  push(chunk: Uint8Array): readonly Cut[]
  /** The last cuts, if rows are left. Call it once, after the last push. Throws as `push` does. */
  end(): readonly Cut[]
  /** Rows cut so far. */
  readonly rows: number
}

/** @throws {CsvError} `bad_dialect`. */
export function createCutter(options: CutterOptions): Cutter {
  const { dialect, rowsMax, bytesMax, header, strict = false, slots } = options
  const { rowBytesMax, firstRow = 0 } = options
  checkCount('rowsMax', rowsMax)
  checkCount('bytesMax', bytesMax)
  assert(
    rowBytesMax === undefined || rowBytesMax >= bytesMax,
    'rowBytesMax: wanted bytesMax or more',
  )
  const bound =
    rowBytesMax === undefined ? undefined : createRowBound(rowBytesMax, firstRow, dialect)
  const codes = bytesOf(dialect)
  const gate = createMarkGate()
  let scanner: CutterScanner | undefined = takeScanner(slots)
  const check = strict ? createQuotingCheck(scanner.slots.memory, codes, header) : undefined
  scanner.wasm.beginCuts(codes.delimiter, codes.quote, rowsMax, bytesMax, header)
  let position = 0
  let rows = 0

  const running = (): CutterScanner => {
    assert(scanner !== undefined, 'the cutter has ended')
    return scanner
  }
  const scan = (pieces: readonly Uint8Array[]): Cut[] => {
    const cuts: Cut[] = []
    for (const piece of pieces) {
      position = Math.max(position, gate.skipped)
      scanPiece(running(), piece, position, cuts, check)
      position += piece.length
    }
    bound?.hold(running().wasm, cuts, rows, position)
    return cuts
  }
  const counted = (cuts: readonly Cut[]) => {
    for (const cut of cuts) rows += cut.rows
    return cuts
  }
  return {
    push: (chunk) => counted(scan(gate.pass(chunk))),
    end() {
      const cuts = scan(gate.end())
      check?.end()
      endPieces(running(), position, cuts)
      giveBack(running())
      scanner = undefined
      return counted(cuts)
    },
    get rows() {
      return rows
    },
  }
}

function checkCount(name: string, value: number): void {
  assert(Number.isSafeInteger(value) && value >= 1, `${name}: wanted 1 or more, got ${value}`)
}
