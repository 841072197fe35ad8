import { allowsUri } from '@millrace/job'

/**
 * What the producer must be allowed to read of what a manifest names: the folder that holds all of it. A list
 * of each object might be longer than an environment may be; only names in which a producer sees a way out
 * of the folder stand there one by one.
 */
export function manifestPlaces(uris: readonly string[]): readonly string[] {
  const [first = '', ...others] = uris
  const shared = others.reduce(sharedStart, first)
  const folder = shared.slice(0, shared.lastIndexOf('/') + 1)
  return [folder, ...uris.filter((uri) => !allowsUri([folder], uri))]
}

function sharedStart(one: string, other: string): string {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return one.slice(0, length)
}
