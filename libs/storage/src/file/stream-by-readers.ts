import type { ByteRange, PinnedObject } from '@millrace/job'
import { classifyFileFailure } from './classify-failure.ts'
import type { OpenFiles } from './open-files.ts'
import { checkVersion, checkWhole } from './read.ts'
import type { Readers } from './readers.ts'

/**
 * The bytes of a range in order, a slot of the readers at a time. The version is looked at after the bytes of
 * each, as in `readFileInto`, and with the same errors.
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
  let isSound = false
  try {
    for (let at = range.start; at < range.end; ) {
      const wanted = Math.min(readers.pieceBytes, range.end - at)
      const piece = await classified(object, checked(object, file.fd, reading.next()))
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

async function checked(
  object: PinnedObject,
  fd: number,
  read: Promise<Uint8Array>,
): Promise<Uint8Array> {
  const piece = await read.catch((error: unknown) => {
    checkVersion(object, fd) // A pipe or folder in the file's place is a change first of all.
    throw error
  })
  checkVersion(object, fd)
  return piece
}

async function classified<T>(object: PinnedObject, doing: Promise<T>): Promise<T> {
  try {
    return await doing
  } catch (cause) {
    throw classifyFileFailure('read', object.uri, cause)
  }
}
