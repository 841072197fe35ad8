import { fstatSync } from 'node:fs'
import type { PinnedObject } from '@millrace/job'
import { StorageError } from '../storage-error.ts'
import { classifyFileFailure } from './classify-failure.ts'
import type { Fill } from './fill-small.ts'
import type { OpenFiles } from './open-files.ts'
import { fileVersion } from './version.ts'

/**
 * Fills `target` from `start`. The version is looked at after the bytes: a writer's change of the
 * time comes before its change of the bytes, so bytes of another version cannot pass.
 *
 * @throws {StorageError} `object_changed` also when the file is deleted or replaced; a short read is
 *   a file that was cut.
 */
export async function readFileInto(
  { files, fill }: { readonly files: OpenFiles; readonly fill: Fill },
  object: PinnedObject,
  path: string,
  start: number,
  target: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  try {
    await files.use(`${object.version} ${path}`, path, async (fd) => {
      const bytes = await fill(fd, target, start).catch((error: unknown) => {
        checkVersion(object, fd) // A pipe or folder in the file's place is a change first of all.
        throw error
      })
      checkVersion(object, fd)
      checkWhole(object, start, bytes, target.length)
    })
  } catch (cause) {
    throw classifyFileFailure('read', object.uri, cause)
  }
  signal.throwIfAborted()
}

/** A short read of the pinned version is a file that was cut within a tick of its clock. */
export function checkWhole(
  object: PinnedObject,
  start: number,
  bytes: number,
  wanted: number,
): void {
  if (bytes === wanted) return
  const detail = `ends at byte ${start + bytes}, wanted ${start + wanted}`
  throw new StorageError('object_changed', 'read', object.uri, detail)
}

/** `fstat` of an open file is a microsecond; through the thread pool it would be thirty. */
export function checkVersion(object: PinnedObject, fd: number): void {
  const found = fstatSync(fd, { bigint: true })
  if (!found.isFile()) throw changed(object, 'it is no longer a file')
  if (found.nlink === 0n) throw changed(object, 'deleted or replaced since it was pinned')
  const version = fileVersion(found)
  if (version !== object.version) {
    throw changed(object, `pinned as ${object.version}, now ${version}`)
  }
}

const changed = (object: PinnedObject, detail: string): StorageError =>
  new StorageError('object_changed', 'read', object.uri, detail, {
    hint: 'keep the dataset as it is while a job reads it',
  })
