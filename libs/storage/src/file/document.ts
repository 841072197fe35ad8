import { constants } from 'node:fs'
import { link, open, rename, unlink } from 'node:fs/promises'
import { StorageError } from '../storage-error.ts'
import { fileUri } from '../uri.ts'
import { classifyFileFailure } from './classify-failure.ts'
import type { Occupant } from '../occupant.ts'
import { holdFileTo } from './occupant.ts'
import { createTemporary, discard, syncFolderOf } from './temporary.ts'

export async function readDocumentFile(
  path: string,
  bytesMax: number,
): Promise<Buffer | undefined> {
  try {
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const found = await handle.stat()
    if (!found.isFile()) {
      throw new StorageError('not_a_file', 'read', fileUri(path), 'wanted a file')
    }
    if (found.size > bytesMax) {
      const detail = `${found.size} > ${bytesMax} bytes`
      throw new StorageError('too_large', 'read', fileUri(path), detail)
    }
    return await handle.readFile()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw classifyFileFailure('read', fileUri(path), cause)
  }
}

/** Temporary file, fsync, then one step that makes it visible: a rename, or a link that must be new. */
export async function writeDocumentFile(
  path: string,
  bytes: Uint8Array,
  ifAbsent: boolean,
): Promise<'written' | 'exists'> {
  try {
    const temporary = await createTemporary(path)
    try {
      await temporary.handle.writeFile(bytes)
      await temporary.handle.sync()
    } catch (error) {
      await discard(temporary)
      throw error
    }
    await temporary.handle.close()
    const outcome = ifAbsent
      ? await publishIfAbsent(temporary.path, path)
      : await publish(temporary.path, path)
    await syncFolderOf(path)
    return outcome
  } catch (cause) {
    throw classifyFileFailure('write', fileUri(path), cause)
  }
}

export async function removeFile(path: string, over?: Occupant): Promise<void> {
  await holdFileTo('remove', path, over)
  try {
    await unlink(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return
    throw classifyFileFailure('remove', fileUri(path), cause)
  }
}

async function publish(temporary: string, path: string): Promise<'written'> {
  try {
    await rename(temporary, path)
    return 'written'
  } catch (error) {
    await unlink(temporary)
    throw error
  }
}

/** A rename replaces in silence; a link does not. */
async function publishIfAbsent(temporary: string, path: string): Promise<'written' | 'exists'> {
  try {
    await link(temporary, path)
    return 'written'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'exists'
    throw error
  } finally {
    await unlink(temporary)
  }
}
