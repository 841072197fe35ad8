import { type Head, headBytes, headOf } from '@millrace/csv'
import type { JobSpec } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { headOfStart } from '../dataset/head-of-start.ts'
import type { SourceObject } from '../plan/plan-source.ts'

/** A row of a wide table; what it is cut from is read further when rows are shorter. */
const ROW_BYTES = 512
const BYTES_MAX = 256 * 1024 * 1024

interface Start {
  readonly bytes: Uint8Array
  readonly isWhole: boolean
}

/** The first bytes of the object that the table's head is told by, enough for so many rows of a usual width. */
export async function readStart(
  objects: readonly SourceObject[],
  rows: number,
  { dataset, batching }: JobSpec,
): Promise<Start> {
  const wanted = Math.max(
    headBytes,
    Math.min(rows * ROW_BYTES, BYTES_MAX, batching.payloadBytesMax * 4),
  )
  const starts = new Map<Head, Start>()
  async function* heads(): AsyncGenerator<Head> {
    for (const object of objects) {
      const start = await startOf(object, wanted)
      const head = headOfStart(start.bytes, start.isWhole, dataset)
      starts.set(head, start)
      yield head
    }
  }
  const head = await headOf(heads())
  const start = head && starts.get(head)
  if (start === undefined) throw new CliError('the dataset has no row', { hint: 'is it empty?' })
  return start
}

async function startOf(object: SourceObject, wanted: number): Promise<Start> {
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
  return { bytes: Buffer.concat(kept), isWhole }
}
