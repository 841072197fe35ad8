import { CsvError } from './csv-error.ts'
import type { Cut } from './cut.ts'
import { type CutterOptions, createCutter } from './cutter.ts'
import { createSlots, slotBytes } from './slots.ts'

/**
 * Reads the object's bytes from `position` on into `into`, and answers how many: fewer than fit
 * when it likes, 0 only at the end of the object.
 */
export type ReadInto = (into: Uint8Array, position: number, signal?: AbortSignal) => Promise<number>

/**
 * Cuts an object of `size` bytes while it is read: several reads are under way at a time, each
 * straight into the scanner's memory. Yields the cuts, in order, a few at a time.
 *
 * As many reads are under way as there are slots, 4 by default. When it ends, in whatever way, no read is
 * under way any more.
 *
 * @throws {CsvError} `object_truncated` when the object ends before `size`; what `Cutter.push` throws;
 *   what `read` throws. The signal's reason, on abort.
 */
export async function* cutReads(
  options: CutterOptions & { readonly size: number },
  read: ReadInto,
  signal?: AbortSignal,
): AsyncGenerator<readonly Cut[], void, undefined> {
  const { size, slots = createSlots(4) } = options
  const { buffers } = slots
  const cutter = createCutter({ ...options, slots })
  const reads: Promise<Uint8Array>[] = []
  const begin = (position: number) => {
    if (position >= size) return
    const slot = buffers[(position / slotBytes) % buffers.length]?.subarray(0, size - position)
    if (slot === undefined) return
    const filled = fill(slot, position, read, signal)
    // A read that fails while another is awaited is heard of when its turn comes.
    filled.catch(() => {})
    reads.push(filled)
  }
  try {
    for (let slot = 0; slot < buffers.length; slot += 1) begin(slot * slotBytes)
    for (let position = 0; position < size; position += slotBytes) {
      const cuts = cutter.push(await (reads.shift() as Promise<Uint8Array>))
      begin(position + buffers.length * slotBytes)
      if (cuts.length > 0) yield cuts
    }
  } finally {
    await Promise.allSettled(reads)
  }
  const cuts = cutter.end()
  if (cuts.length > 0) yield cuts
}

async function fill(
  slot: Uint8Array,
  position: number,
  read: ReadInto,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  for (let done = 0; done < slot.length; ) {
    signal?.throwIfAborted()
    const length = await read(slot.subarray(done), position + done, signal)
    if (length === 0) {
      const wanted = `wanted ${slot.length - done} more`
      throw new CsvError(
        'object_truncated',
        `read object: ended at byte ${position + done}, ${wanted}`,
      )
    }
    done += length
  }
  return slot
}
