import { compressedEnding, type Output, type PinnedDataset, sourceOf } from '@millrace/job'
import { resolveUri } from '@millrace/storage'

/**
 * Where the results of the input objects lie, as Batch Transform names them: the object's name below
 * the folder that all objects lie in, and `.out`.
 *
 * @throws {StorageError} `uri_invalid` for a name that would lead out of the output's folder.
 */
export function objectResults(output: Output, { objects }: PinnedDataset): readonly string[] {
  const uris = objects.map((object) => sourceOf(object).uri)
  const folder = commonFolder(uris)
  const ending = `.out${compressedEnding(output)}`
  return uris.map((uri) => {
    const name = uri.slice(folder.length)
    const plain = uri.startsWith('file:') ? decodeURIComponent(name) : name
    return resolveUri(output.uri, `${plain}${ending}`)
  })
}

function commonFolder(uris: readonly string[]): string {
  const [first = '', ...others] = uris
  let end = first.lastIndexOf('/') + 1
  for (const uri of others) {
    while (!uri.startsWith(first.slice(0, end))) end = first.lastIndexOf('/', end - 2) + 1
  }
  return first.slice(0, end)
}
