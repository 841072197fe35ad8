import { CsvError, endsInQuotes, type Head, headBytes, inspectHead } from '@millrace/csv'
import { type JobSpec, limits, type PinnedDataset } from '@millrace/job'
import type { Place } from '../rows/stretches.ts'

/** Fills the target with the bytes from the start of a place. */
type Read = (from: Place, target: Buffer) => Promise<void>

/**
 * The header row of a dataset whose rows are joined in a CSV, as it lies there, line end included: its names
 * may be of any encoding, and quoted in any way. Nothing where none is to be written.
 */
export async function readHeader(
  read: Read,
  { dataset: { csv }, output }: JobSpec,
  { objects, header }: PinnedDataset,
): Promise<Buffer | undefined> {
  const isCopied = output.format === 'csv' && output.join !== 'none' && output.header !== 'absent'
  if (!isCopied || !header) return undefined
  for (const [object, { bytes }] of objects.entries()) {
    const { width, headerStart, bodyStart, head } = await headOf(read, csv, object, bytes)
    // One without a byte, or of blank lines.
    if (width === 0) continue
    const row = head.subarray(headerStart, bodyStart)
    return endsInQuotes(row, csv) ? Buffer.concat([row, Buffer.from(csv.quote)]) : row
  }
  return undefined
}

/** A header that is larger than a head is read on, as far as it was when the dataset was pinned. */
async function headOf(
  read: Read,
  csv: JobSpec['dataset']['csv'],
  object: number,
  bytes: number,
  bytesMax: number = headBytes,
): Promise<Head & { readonly head: Buffer }> {
  const head = Buffer.alloc(Math.min(bytes, bytesMax))
  if (bytes > 0) await read({ object, bytes: { start: 0, end: head.length } }, head)
  try {
    return { ...inspectHead(head, csv, 'present', head.length === bytes), head }
  } catch (error) {
    const isCut = error instanceof CsvError && error.code === 'head_incomplete'
    if (!isCut || bytesMax >= limits.payloadBytesMax) throw error
    return await headOf(read, csv, object, bytes, limits.payloadBytesMax)
  }
}
