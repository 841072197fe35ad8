import { bytesOf, type Dialect } from './dialect.ts'
import { eachPiece, FOUND_AT, FOUND_END, numbersAt, ownScanner, scanner } from './workspace.ts'

/** A row with another number of fields than the table's width. */
export interface OddRow {
  /** Index within the bytes given, from 0. */
  readonly row: number
  /** How many fields it has. */
  readonly fields: number
}

/** What is to be known of a batch before it is sent. */
export interface Survey {
  readonly rows: number
  /** Lines that are no rows, and have no place in a payload. */
  readonly blankLines: number
  readonly odd: readonly OddRow[]
}

/**
 * Looks over the rows of a batch, in one pass: how many they are, and which of them have not
 * `width` fields. Those are row failures: with too few columns the XGBoost container answers 200 and
 * wrong numbers, with too many it refuses the whole request. A `width` of 0 finds none odd.
 *
 * The bytes begin at a row: no byte order mark, no header.
 */
export function surveyRows(bytes: Uint8Array, dialect: Dialect, width: number): Survey {
  const { delimiter, quote } = bytesOf(dialect)
  const odd: OddRow[] = []
  scanner.beginSurvey(delimiter, quote, width)
  eachPiece(bytes, (at, length) => {
    for (let done = 0; done < length; ) {
      done += scanner.survey(at + done, length - done, FOUND_AT, FOUND_END)
      readOddRows(odd)
    }
  })
  scanner.endSurvey(FOUND_AT)
  readOddRows(odd)
  return { rows: scanner.surveyRows(), blankLines: scanner.surveyBlankLines(), odd }
}

/** The rows of a batch whose number of fields differs from `width`, in order: see `surveyRows`. */
export function oddRows(bytes: Uint8Array, dialect: Dialect, width: number): readonly OddRow[] {
  return surveyRows(bytes, dialect, width).odd
}

/** How many rows the bytes hold; blank lines are none, a last row needs no line end. */
export function countRows(bytes: Uint8Array, dialect: Dialect): number {
  return surveyRows(bytes, dialect, 0).rows
}

/** Looks over the rows of a whole object as `surveyRows` does over a batch, whatever way it is split. */
export interface Surveyor {
  /** The odd rows that end within these bytes, in order. The first bytes begin at a row. */
  push(bytes: Uint8Array): readonly OddRow[]
  /** The last row, if it is odd. */
  end(): readonly OddRow[]
  /** How many have begun so far, blank lines too: the byte that came last, unless it ends a line, is of the last of each. */
  begun(): { readonly rows: number; readonly lines: number }
}

/** Its rows are numbered from 0; up to 4 billion. */
export function createSurveyor(dialect: Dialect, width: number): Surveyor {
  const { delimiter, quote } = bytesOf(dialect)
  const own = ownScanner()
  own.beginSurvey(delimiter, quote, width)
  const found = (look: (odd: OddRow[]) => void): readonly OddRow[] => {
    const odd: OddRow[] = []
    look(odd)
    return odd
  }
  return {
    push: (bytes) =>
      found((odd) =>
        eachPiece(bytes, (at, length) => {
          for (let done = 0; done < length; ) {
            done += own.survey(at + done, length - done, FOUND_AT, FOUND_END)
            readOddRows(odd, own)
          }
        }),
      ),
    end: () =>
      found((odd) => {
        own.endSurvey(FOUND_AT)
        readOddRows(odd, own)
      }),
    begun: () => {
      const rows = own.surveyRows()
      return { rows, lines: rows + own.surveyBlankLines() }
    },
  }
}

function readOddRows(odd: OddRow[], { surveyEnd } = scanner): void {
  const found = numbersAt(FOUND_AT, (surveyEnd() - FOUND_AT) / 4)
  for (let at = 0; at < found.length; at += 2) {
    const [row = 0, fields = 0] = found.subarray(at, at + 2)
    odd.push({ row, fields })
  }
}

/** What is wrong with a row of so many fields. */
export const widthText = (fields: number, width: number): string =>
  `${fields} ${fields === 1 ? 'field' : 'fields'}, wanted ${width}`
