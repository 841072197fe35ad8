import { CsvError } from './csv-error.ts'

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
  const format = FORMATS.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte))
  if (format === undefined) return
  const { name, hint } = format
  throw new CsvError('not_text', `read head: the object is ${name}, wanted text`, { byte: 0, hint })
}

/** What people take for a table, by the bytes that each begins with. */
const FORMATS = [
  {
    name: 'gzip-compressed',
    magic: [0x1f, 0x8b],
    hint: 'pack all objects alike, and set dataset.compression to gzip',
  },
  {
    name: 'zstd-compressed',
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    hint: 'pack all objects alike, and set dataset.compression to zstd',
  },
  {
    name: 'a zip archive or a spreadsheet',
    magic: [0x50, 0x4b, 0x03, 0x04],
    hint: 'unpack it, or save the sheet as CSV in UTF-8',
  },
  // A header may begin with the letters PAR1; the byte after them is Parquet's first page header.
  { name: 'Parquet', magic: [0x50, 0x41, 0x52, 0x31, 0x15], hint: 'export it as CSV first' },
  {
    name: 'bzip2-compressed', // In blocks of 900 KB, as it does unless told otherwise.
    magic: [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59],
    hint: 'bzip2 -d it first',
  },
  {
    name: 'xz-compressed',
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    hint: 'xz -d it first',
  },
] as const

/** Without a mark: every other byte of the first ones is NUL, as UTF-16 writes ASCII. */
function isUtf16(bytes: Uint8Array): boolean {
  const pairs = Math.min(bytes.length >> 1, 512)
  const nuls = [0, 0]
  for (let at = 0; at < pairs * 2; at += 1)
    if (bytes[at] === 0) nuls[at & 1] = (nuls[at & 1] ?? 0) + 1
  const [even = 0, odd = 0] = nuls
  return Math.max(even, odd) > pairs * 0.4 && Math.min(even, odd) <= pairs * 0.1
}
