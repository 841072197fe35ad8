import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makeFolder } from './make-folder.ts'

/** A file that is being written beside its final place, on the same disk so that a rename works. */
export interface Temporary {
  readonly handle: FileHandle
  readonly path: string
}

/** A name has 255 bytes at most, and a character up to three of them (four, when it counts as two). */
const NAME_CHARS_MAX = 60

/** Creates the folders on the way; the name begins with a dot and says whose it is. */
export async function createTemporary(path: string): Promise<Temporary> {
  const folder = dirname(path)
  await makeFolder(folder)
  const temporary = join(folder, `.${basename(path).slice(0, NAME_CHARS_MAX)}.${randomUUID()}.tmp`)
  return { handle: await open(temporary, 'wx'), path: temporary }
}

/** Closes and deletes; that it is already gone is fine. */
export async function discard({ handle, path }: Temporary): Promise<void> {
  await handle.close().catch(() => {}) // Closed already, or the disk is gone: the delete decides.
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}

/** Makes a new name survive a power cut: the name lies in the folder, not in the file. */
export async function syncFolderOf(path: string): Promise<void> {
  await using folder = await open(dirname(path), 'r')
  await folder.sync()
}
