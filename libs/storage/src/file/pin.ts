import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PinnedObject } from '@millrace/job'
import { StorageError } from '../storage-error.ts'
import { fileUri } from '../uri.ts'
import { classifyFileFailure } from './classify-failure.ts'
import { fileVersion } from './version.ts'

/**
 * Pins one file. A symbolic link is followed: what counts is the file it leads to. Pipes, sockets and
 * devices have no size and cannot be read twice, so they are refused.
 */
export async function pinFile(path: string): Promise<PinnedObject> {
  const uri = fileUri(path)
  const found = await statOf(path)
  if (!found.isFile()) throw notAFile(uri, found)
  return { uri, bytes: Number(found.size), version: fileVersion(found) }
}

/**
 * Pins every file below a folder, however deep, hidden ones too: what is silently left out is
 * missing from the result. A link to a folder is refused, since it may lead in a circle.
 */
export async function pinFolder(
  folder: string,
  objectsMax: number,
  signal: AbortSignal,
): Promise<PinnedObject[]> {
  const objects: PinnedObject[] = []
  const folders = [folder]
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of await entriesOf(next)) {
      signal.throwIfAborted()
      const path = join(next, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else objects.push(await pinFile(path))
      if (objects.length > objectsMax) {
        throw new StorageError('too_large', 'pin', fileUri(folder), `over ${objectsMax} files`)
      }
    }
  }
  return objects
}

async function statOf(path: string): Promise<BigIntStats> {
  try {
    return await stat(path, { bigint: true })
  } catch (cause) {
    throw classifyFileFailure('pin', fileUri(path), cause)
  }
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (cause) {
    throw classifyFileFailure('pin', fileUri(folder), cause)
  }
}

function notAFile(uri: string, found: BigIntStats): StorageError {
  if (found.isDirectory()) {
    return new StorageError('not_a_file', 'pin', uri, 'it is a folder', {
      hint: `write ${uri}/ to mean all files below it; name a linked folder itself`,
    })
  }
  const kind = found.isFIFO() ? 'pipe' : found.isSocket() ? 'socket' : 'device'
  return new StorageError('not_a_file', 'pin', uri, `it is a ${kind}, which cannot be read twice`, {
    hint: 'copy its content into a file first',
  })
}
