import { compressedEnding, type Output, type PinnedDataset, sourceOf } from '@millrace/job'
import { StorageError } from './storage-error.ts'
import { resolveUri } from './uri.ts'

/**
 * Where the results of the input objects lie, as Batch Transform names them: the object's name below
 * the folder that all objects lie in, and `.out`.
 *
 * @throws {StorageError} `uri_invalid` for an object whose name no result may have: one with an empty segment,
 *   such as `a//b`, or that would lead out of the output's folder.
 */
export function objectResults(
  output: Output,
  { objects }: Pick<PinnedDataset, 'objects'>,
): readonly string[] {
  const uris = objects.map((object) => sourceOf(object).uri)
  const folder = commonFolder(uris)
  const ending = `.out${compressedEnding(output)}`
  return uris.map((uri) => {
    const name = uri.slice(folder.length)
    const plain = uri.startsWith('file:') ? decodeURIComponent(name) : name
    return resultNamed(`${plain}${ending}`, output, uri)
  })
}

function resultNamed(name: string, output: Output, object: string): string {
  try {
    return resolveUri(output.uri, name)
  } catch (cause) {
    if (!(cause instanceof StorageError)) throw cause
    throw new StorageError('uri_invalid', 'name result of', object, cause.message, {
      cause,
      hint: 'rename the object, or write one result for all: leave output.files out',
    })
  }
}

function commonFolder(uris: readonly string[]): string {
  const [first = '', ...others] = uris
  let end = first.lastIndexOf('/') + 1
  for (const uri of others) {
    while (!uri.startsWith(first.slice(0, end))) end = first.lastIndexOf('/', end - 2) + 1
  }
  return first.slice(0, end)
}
