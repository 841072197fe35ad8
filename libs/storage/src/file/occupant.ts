import { stat } from 'node:fs/promises'
import { changedSince, type Occupant } from '../occupant.ts'
import { fileUri } from '../uri.ts'
import { classifyFileFailure } from './classify-failure.ts'
import { fileVersion } from './version.ts'

export async function fileOccupant(path: string): Promise<Occupant> {
  try {
    return { version: fileVersion(await stat(path, { bigint: true })) }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { version: undefined }
    throw classifyFileFailure('look at', fileUri(path), cause)
  }
}

/** @throws {StorageError} `conflict` where something else lies there now. */
export async function holdFileTo(
  verb: string,
  path: string,
  over: Occupant | undefined,
): Promise<void> {
  if (over === undefined) return
  const { version } = await fileOccupant(path)
  if (version !== over.version) throw changedSince(verb, fileUri(path))
}
