import {
  countRows,
  createCutter,
  createSurveyor,
  CsvError,
  type Dialect,
  type Head,
  jsonLines,
  malformedLines,
  type OddRow,
  widthText,
} from '@millrace/csv'
import { createUtf8Check, type NotUtf8 } from './check-utf8.ts'

/** Something wrong with one row, or one byte. */
export interface Fault {
  readonly object: string
  /** Of the whole dataset, from 0. */
  readonly row?: number
  /** Of the object as it is cut, from 0. */
  readonly byte?: number
  readonly problem: string
}

/** Bytes of another encoding: no fault, for they are cut correctly and sent as they are. */
export interface OtherEncoding extends NotUtf8 {
  readonly object: string
  /** Of the whole dataset, from 0; nothing in a header. */
  readonly row?: number
}

/** Looks at the bytes of an object beside the cutter. */
export interface Checks {
  /** The next bytes, and where they stand in the object. */
  push(piece: Uint8Array, position: number): void
  /** What was found; `whole` when the object ended, and not only what was looked at. */
  end(whole: boolean): {
    readonly oddRows: number
    readonly faults: readonly Fault[]
    /** The first byte of a CSV that is no UTF-8; one of JSON lines is a fault of its row. */
    readonly otherEncoding?: OtherEncoding | undefined
  }
}

const FAULTS_MAX = 20

export function createChecks(
  format: 'csv' | 'jsonl',
  dialect: Dialect,
  head: Head,
  place: { readonly object: string; readonly firstRow: number },
): Checks {
  const faults: Fault[] = []
  const report = (fault: Omit<Fault, 'object'>): void => {
    if (faults.length < FAULTS_MAX) faults.push({ object: place.object, ...fault })
  }
  const fields = format === 'csv' ? widths(dialect, head, place, report) : undefined
  const rows = fields ?? lines(place, report)
  const quotes = format === 'csv' ? quoting(dialect, head, report) : NO_CHECK
  const texts = nulBytes(report)
  const utf8 = fields && createUtf8Check()
  let otherEncoding: OtherEncoding | undefined
  const note = (found: NotUtf8): void => {
    const isOfHeader = found.byte < head.bodyStart
    const row = isOfHeader || !fields ? {} : { row: place.firstRow + fields.begun().rows - 1 }
    otherEncoding = { object: place.object, ...row, ...found }
  }
  return {
    push(piece, position) {
      texts(piece, position)
      quotes.push(piece)
      const found = utf8?.push(piece, position)
      const start = Math.min(piece.length, Math.max(0, head.bodyStart - position))
      // The byte itself is the last that is counted before its row is asked for.
      const middle = found === undefined ? start : Math.max(start, found.byte + 1 - position)
      if (middle > start) rows.push(piece.subarray(start, middle))
      if (found !== undefined) note(found)
      if (middle < piece.length) rows.push(piece.subarray(middle))
    },
    end(whole) {
      const found = whole ? utf8?.end() : undefined
      if (found !== undefined) note(found)
      if (whole) quotes.end()
      return { oddRows: rows.end(whole), faults, otherEncoding }
    },
  }
}

type Report = (fault: Omit<Fault, 'object'>) => void

/** Rows with another number of fields than the first: too few give wrong numbers at XGBoost. */
function widths(
  dialect: Dialect,
  { width }: Head,
  { firstRow }: { firstRow: number },
  report: Report,
) {
  const surveyor = createSurveyor(dialect, width)
  let count = 0
  const take = (odd: readonly OddRow[]): void => {
    count += odd.length
    for (const { row, fields } of odd.slice(0, FAULTS_MAX)) {
      report({ row: firstRow + row, problem: widthText(fields, width) })
    }
  }
  return {
    push: (body: Uint8Array) => take(surveyor.push(body)),
    begun: () => surveyor.begun(),
    end: (whole: boolean) => {
      if (whole) take(surveyor.end())
      return count
    },
  }
}

/** Lines that are no JSON; a line is kept until its end is there. */
function lines({ firstRow }: { firstRow: number }, report: Report) {
  let open: Buffer = Buffer.alloc(0)
  let row = firstRow
  let count = 0
  const take = (bytes: Uint8Array): void => {
    const found = malformedLines(bytes)
    count += found.length
    for (const { row: index, problem } of found.slice(0, FAULTS_MAX)) {
      report({ row: row + index, problem })
    }
  }
  return {
    push: (body: Uint8Array) => {
      open = Buffer.concat([open, body])
      const end = open.lastIndexOf(0x0a) + 1
      take(open.subarray(0, end))
      row += rowsIn(open.subarray(0, end))
      open = Buffer.from(open.subarray(end))
    },
    end: (whole: boolean) => {
      if (whole) take(open)
      return count
    },
  }
}

const rowsIn = (bytes: Uint8Array): number => countRows(bytes, jsonLines)

/** Quotes that RFC 4180 does not allow. Only the first: after it nobody knows what a field is. */
function quoting(dialect: Dialect, { header }: Head, report: Report) {
  const strict = createCutter({ dialect, header, rowsMax: 1e6, bytesMax: 1e9, strict: true })
  let isOver = false
  const trying = (act: () => unknown): void => {
    if (isOver) return
    try {
      act()
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      isOver = true
      report({ ...(error.byte === undefined ? {} : { byte: error.byte }), problem: error.message })
    }
  }
  return {
    push: (piece: Uint8Array) => trying(() => strict.push(piece)),
    end: () => trying(() => strict.end()),
  }
}

const NO_CHECK = { push: () => {}, end: () => {} }

/** A NUL is no text anywhere; only the first is told. */
function nulBytes(report: Report): (piece: Uint8Array, position: number) => void {
  let isFound = false
  return (piece, position) => {
    const at = isFound ? -1 : piece.indexOf(0)
    if (at < 0) return
    isFound = true
    report({ byte: position + at, problem: 'a NUL byte' })
  }
}
