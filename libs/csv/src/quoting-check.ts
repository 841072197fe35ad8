import { CsvError } from './csv-error.ts'
import type { DialectBytes } from './dialect.ts'
import { createScanner, type ScannerMemory } from './scanner.ts'

/** Looks at an object's bytes in order, where they lie in a memory. */
export interface QuotingCheck {
  /** @throws {CsvError} `malformed_quoting`, at the first quote that RFC 4180 does not allow. */
  checkAt(at: number, length: number, position: number): void
  /** @throws {CsvError} `malformed_quoting`, when a quote was never closed. */
  end(): void
}

export function createQuotingCheck(
  memory: ScannerMemory,
  { delimiter, quote }: DialectBytes,
  header: boolean,
): QuotingCheck {
  const scanner = createScanner(memory)
  scanner.beginCheck(delimiter, quote)
  const refuse = (fault: number) => {
    const problem = FAULTS[fault]
    if (problem === undefined) return
    const row = scanner.faultRowIndex() - (header ? 1 : 0)
    const line = scanner.faultLineNumber()
    const byte = scanner.faultByte()
    const place = `${row < 0 ? 'header' : `row ${row}`} (line ${line}, byte ${byte})`
    throw new CsvError('malformed_quoting', `check quoting: ${place}: ${problem}`, {
      ...(row < 0 ? {} : { row }),
      line,
      byte,
      hint: 'RFC 4180 quotes the whole field and doubles the quotes in it',
    })
  }
  return {
    checkAt: (at, length, position) => refuse(scanner.check(at, length, position)),
    end: () => refuse(scanner.endCheck()),
  }
}

/** By the number that `assembly/check.ts` gives it. */
const FAULTS = [
  undefined,
  'a quote inside an unquoted field',
  'text after a closing quote',
  'a quote that is never closed',
]
