import { CsvError } from './csv-error.ts'
import { knownFormat } from './known-formats.ts'

/**
 * Refuses what no CSV or JSON lines reader takes as text. Any other encoding that keeps ASCII bytes
 * (UTF-8, Latin-1, Windows-1252) is cut correctly and sent as it is.
 *
 * @throws {CsvError} `utf16`, `nul_byte`, `not_text`, with a hint how to convert.
 */
export function refuseUnreadable(bytes: Uint8Array): void {
  refuseKnownFormats(bytes)
  const nul = bytes.indexOf(0)
  const [first, second] = bytes
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  if (marked || (nul >= 0 && isUtf16(bytes))) {
    throw new CsvError('utf16', 'read head: the object is UTF-16, wanted UTF-8', {
      byte: 0,
      hint: 'convert it first: iconv -f UTF-16 -t UTF-8 in.csv > out.csv',
    })
  }
  if (nul < 0) return
  throw new CsvError('nul_byte', `read head: a NUL byte at byte ${nul}, wanted text`, {
    byte: nul,
    hint: "if it is text, remove them first: tr -d '\\000' < in.csv > out.csv",
  })
}

function refuseKnownFormats(bytes: Uint8Array): void {
  const format = knownFormat(bytes)
  if (format === undefined) return
  const { name, hint } = format
  throw new CsvError('not_text', `read head: the object is ${name}, wanted text`, { byte: 0, hint })
}

/** Without a mark: every other byte of the first ones is NUL, as UTF-16 writes ASCII. */
function isUtf16(bytes: Uint8Array): boolean {
  const pairs = Math.min(bytes.length >> 1, 512)
  const nuls = [0, 0]
  for (let at = 0; at < pairs * 2; at += 1)
    if (bytes[at] === 0) nuls[at & 1] = (nuls[at & 1] ?? 0) + 1
  const [even = 0, odd = 0] = nuls
  return Math.max(even, odd) > pairs * 0.4 && Math.min(even, odd) <= pairs * 0.1
}
