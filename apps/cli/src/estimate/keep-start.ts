import { CsvError, headBytes } from '@millrace/csv'
import type { JobSpec } from '@millrace/job'
import { headOfStart } from '../dataset/head-of-start.ts'
import type { SourceObject } from '../plan/plan-source.ts'

/** The objects of a dataset, and what the first bytes were of the first one that has more than one row. */
export interface KeptStart {
  readonly objects: readonly SourceObject[]
  readonly bytes: () => Uint8Array
  /** True when they are the whole object. */
  readonly isWhole: () => boolean
}

interface Start {
  readonly kept: Buffer[]
  bytes: number
  whole: number
}

/**
 * Keeps the first bytes of a dataset while somebody else reads it: standard input comes only once. An object of one
 * row tells neither whether it is a header nor what the rows are like; where all are such, those of the first are kept.
 */
export function keepStart(
  objects: readonly SourceObject[],
  { dataset, batching }: Pick<JobSpec, 'dataset' | 'batching'>,
): KeptStart {
  // Of one payload; a head's worth is kept at least.
  const wanted = Math.max(headBytes, batching.payloadBytesMax)
  let first: Start | undefined
  let found: Start | undefined
  async function* seen(object: SourceObject): AsyncGenerator<Uint8Array> {
    const start: Start = { kept: [], bytes: 0, whole: 0 }
    const isLooked = found === undefined
    for await (const piece of object.pieces()) {
      if (isLooked) {
        start.whole += piece.length
        // The pieces' memory is used again for those that follow.
        if (start.bytes < wanted)
          start.kept.push(Buffer.from(piece.subarray(0, wanted - start.bytes)))
        start.bytes = Math.min(wanted, start.whole)
      }
      yield piece
    }
    if (!isLooked || start.bytes === 0) return
    first ??= start
    if (!hasOnlyRow(bytesOf(start), isAll(start), dataset)) found = start
  }
  const best = (): Start | undefined => found ?? first
  return {
    objects: objects.map((object) => ({ ...object, pieces: () => seen(object) })),
    bytes: () => bytesOf(best()),
    isWhole: () => isAll(best()),
  }
}

const bytesOf = (start: Start | undefined): Buffer => Buffer.concat(start?.kept ?? [])
const isAll = (start: Start | undefined): boolean => start?.bytes === start?.whole

function hasOnlyRow(bytes: Buffer, isWhole: boolean, dataset: JobSpec['dataset']): boolean {
  try {
    return headOfStart(bytes, isWhole, dataset).isAlone === true
  } catch (error) {
    // Who reads it tells what is wrong with it.
    if (error instanceof CsvError) return false
    throw error
  }
}
