import { closeSync, openSync, writeSync } from 'node:fs'

export type Kind = 'numeric' | 'quoted'

/** Writes a table of at least that many bytes, and answers how many. The same bytes every time. */
export function writeTable(file: string, kind: Kind, bytesMin: number): number {
  const stretch = Buffer.from(Array.from({ length: 5_000 }, (_, row) => rowOf(kind, row)).join(''))
  const handle = openSync(file, 'w')
  let bytes = 0
  while (bytes < bytesMin) bytes += writeSync(handle, stretch)
  closeSync(handle)
  return bytes
}

/** 30 numbers; or text with commas, doubled quotes and line ends in it. */
function rowOf(kind: Kind, row: number): string {
  if (kind === 'quoted') {
    return `${row},"name ${row}","says ""hi"", again","multi\nline",${row * 3},"${'x'.repeat(row % 60)}"\n`
  }
  const fields = Array.from({ length: 30 }, (_, column) =>
    (Math.sin(row * column) * 1_000).toFixed(column % 5),
  )
  return `${fields.join(',')}\n`
}
