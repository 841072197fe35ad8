import {
  compressedEnding,
  type JobSpec,
  type Output,
  type PinnedObject,
  resultNames,
  sourceOf,
} from '@millrace/job'
import { StorageError } from './storage-error.ts'
import { resolveUri } from './uri.ts'

/**
 * Where the results of the input objects lie, as Batch Transform names them: the object's name below the prefix
 * that is the dataset, and `.out`, so that an object's result is called alike whatever lies beside it. Of what a manifest
 * lists it is the name below the folder that all of that lies in.
 *
 * @throws {StorageError} `uri_invalid` for an object whose name no result may have: one with an empty segment,
 *   such as `a//b`, or that would lead out of the output's folder.
 */
export function objectResults(
  { dataset, output }: Written,
  objects: readonly PinnedObject[],
): readonly string[] {
  const uris = objects.map((object) => sourceOf(object).uri)
  const isBelow = dataset.uri.endsWith('/') && uris.every((uri) => uri.startsWith(dataset.uri))
  const folder = isBelow ? dataset.uri : commonFolder(uris)
  const ending = `.out${compressedEnding(output)}`
  return uris.map((uri) => {
    const name = uri.slice(folder.length)
    const plain = uri.startsWith('file:') ? decodeURIComponent(name) : name
    return resultNamed(`${plain}${ending}`, output, uri)
  })
}

/**
 * Why what a job writes must not lie where it is to: over one of the objects that it reads, or below the prefix that
 * is its dataset, where the next job would take it for rows. Nothing where they lie apart.
 *
 * @throws {StorageError} as `objectResults` does.
 */
export function whyOverDataset(
  spec: Written,
  objects: readonly PinnedObject[],
): string | undefined {
  const { dataset, output } = spec
  const read = new Set(objects.map((object) => sourceOf(object).uri))
  const isEach = output.files === 'per_object'
  const written = [
    ...Object.values(resultNames(output)),
    ...(isEach ? objectResults(spec, objects) : []),
  ]
  const over = written.find((uri) => read.has(uri))
  if (over !== undefined) {
    return `${over} is to be written, and is an object of the dataset ${dataset.uri}: choose another place`
  }
  const below = dataset.uri.endsWith('/') && written.find((uri) => uri.startsWith(dataset.uri))
  if (below === false || below === undefined) return undefined
  return `${below} is to be written below the dataset ${dataset.uri}, and the next job would take it for rows: choose another place`
}

/** What is read, and where results go. */
interface Written {
  readonly dataset: Pick<JobSpec['dataset'], 'uri'>
  readonly output: Output
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
