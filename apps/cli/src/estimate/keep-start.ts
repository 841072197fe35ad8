import { headBytes } from '@millrace/csv'
import type { SourceObject } from '../plan/plan-source.ts'

/** The objects of a dataset, and what the first bytes of the first one were that has any. */
export interface KeptStart {
  readonly objects: readonly SourceObject[]
  readonly bytes: () => Uint8Array
  /** True when they are the whole object. */
  readonly isWhole: () => boolean
}

/**
 * Keeps the first bytes of a dataset while somebody else reads it: standard input comes only once.
 *
 * @param bytesMax of one payload; a head's worth is kept at least.
 */
export function keepStart(objects: readonly SourceObject[], bytesMax: number): KeptStart {
  const wanted = Math.max(headBytes, bytesMax)
  const kept: Buffer[] = []
  let bytes = 0
  let whole = 0
  let from: string | undefined
  async function* seen(object: SourceObject): AsyncGenerator<Uint8Array> {
    for await (const piece of object.pieces()) {
      if (from === undefined && piece.length > 0) from = object.name
      if (from === object.name) {
        whole += piece.length
        // The pieces' memory is used again for those that follow.
        if (bytes < wanted) kept.push(Buffer.from(piece.subarray(0, wanted - bytes)))
        bytes = Math.min(wanted, whole)
      }
      yield piece
    }
  }
  return {
    objects: objects.map((object) => ({ ...object, pieces: () => seen(object) })),
    bytes: () => Buffer.concat(kept),
    isWhole: () => bytes === whole,
  }
}
