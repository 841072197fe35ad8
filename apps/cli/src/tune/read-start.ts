import { headBytes } from '@millrace/csv'
import type { JobSpec } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import type { SourceObject } from '../plan/plan-source.ts'

/** A row of a wide table; what it is cut from is read further when rows are shorter. */
const ROW_BYTES = 512
const BYTES_MAX = 256 * 1024 * 1024

/** The first bytes of the first object that has any, enough for so many rows of a usual width. */
export async function readStart(
  objects: readonly SourceObject[],
  rows: number,
  { batching }: JobSpec,
): Promise<{ readonly bytes: Uint8Array; readonly isWhole: boolean }> {
  const wanted = Math.max(
    headBytes,
    Math.min(rows * ROW_BYTES, BYTES_MAX, batching.payloadBytesMax * 4),
  )
  for (const object of objects) {
    const kept: Buffer[] = []
    let bytes = 0
    let isWhole = true
    for await (const piece of object.pieces()) {
      // The pieces' memory is used again for those that follow.
      kept.push(Buffer.from(piece))
      bytes += piece.length
      isWhole = bytes < wanted
      if (!isWhole) break
    }
    if (bytes > 0) return { bytes: Buffer.concat(kept), isWhole }
  }
  throw new CliError('the dataset has no row', { hint: 'is it empty?' })
}
