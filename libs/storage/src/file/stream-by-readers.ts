import type { ByteRange, PinnedObject } from '@millrace/job'
import { classifyFileFailure } from './classify-failure.ts'
import type { OpenFiles } from './open-files.ts'
import { checkVersion, checkWhole } from './read.ts'
import type { Readers } from './readers.ts'
import type { Reading } from './reading.ts'

/**
 * The bytes of a range in order, a slot of the readers at a time. The version is looked at after the bytes of
 * each were read, as in `readFileInto`, and with the same errors: one look is for all that are there.
 */
export async function* streamByReaders(
  { files, readers }: { readonly files: OpenFiles; readonly readers: Readers },
  object: PinnedObject,
  path: string,
  range: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  signal.throwIfAborted()
  const file = await classified(object, files.open(`${object.version} ${path}`, path))
  const reading = readers.read({ fd: file.fd, ...range })
  const next = lookingAt(object, file.fd, reading)
  let isSound = false
  try {
    for (let at = range.start; at < range.end; ) {
      const wanted = Math.min(readers.pieceBytes, range.end - at)
      const piece = await classified(object, next())
      checkWhole(object, at, piece.length, wanted)
      signal.throwIfAborted()
      yield piece
      at += piece.length
    }
    isSound = true
  } finally {
    await reading.end()
    file.release(isSound)
  }
}

/** The next piece, of the pinned version. */
function lookingAt(object: PinnedObject, fd: number, reading: Reading): () => Promise<Uint8Array> {
  let looked = 0
  return async () => {
    const piece = await reading.next().catch((error: unknown) => {
      checkVersion(object, fd) // A pipe or folder in the file's place is a change first of all.
      throw error
    })
    if (looked > 0) {
      looked -= 1
      return piece
    }
    const { ahead } = reading // What is read from here on is not in this look.
    checkVersion(object, fd)
    looked = ahead
    return piece
  }
}

async function classified<T>(object: PinnedObject, doing: Promise<T>): Promise<T> {
  try {
    return await doing
  } catch (cause) {
    throw classifyFileFailure('read', object.uri, cause)
  }
}
