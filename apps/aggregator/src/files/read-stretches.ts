import { lengthOf, limits, mapAhead } from '@millrace/job'
import type { Place, Stretch } from '../rows/stretches.ts'
import { createTurns } from '../thread/take-turns.ts'

/** A stretch, and the bytes of its place. */
interface ReadStretch<T> extends Stretch<T> {
  /** They last until the next stretch is asked for. */
  readonly bytes: Buffer | undefined
}

/** Stretches of input that are read ahead of their turn. */
const READ_AHEAD = 4
/** What is longer is a single row that no payload could hold, and stands alone. */
const AHEAD_BYTES_MAX = limits.payloadBytesMax

/**
 * Reads the input of stretches into memory that is used again, some of them ahead of their turn. A long one is
 * read when its turn has come: of several in a row only one is held.
 *
 * @param read fills the target with the bytes from the start of a place.
 */
export async function* readStretches<T>(
  stretches: AsyncIterable<Stretch<T>>,
  read: (from: Place, target: Buffer) => Promise<void>,
): AsyncGenerator<ReadStretch<T>> {
  // Those under way, the one that is written, and one to spare.
  const ahead = createTurns(READ_AHEAD + 2)
  const alone = createTurns(1)
  const bytesAt = async (from: Place, memory: (bytes: number) => Buffer): Promise<Buffer> => {
    const bytes = memory(lengthOf(from.bytes))
    await read(from, bytes)
    return bytes
  }
  const begun = mapAhead(stretches, READ_AHEAD, async (stretch) => {
    const { from } = stretch
    const waits = from === undefined || lengthOf(from.bytes) > AHEAD_BYTES_MAX
    return { stretch, bytes: waits ? undefined : await bytesAt(from, ahead) }
  })
  for await (const { stretch, bytes } of begun) {
    const { from } = stretch
    yield { ...stretch, bytes: bytes ?? (from && (await bytesAt(from, alone))) }
  }
}
