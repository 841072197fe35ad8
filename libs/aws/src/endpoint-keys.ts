import type { CredentialsGiven } from './credentials.ts'

/** Another place than AWS's own, and the keys that it wants. */
export interface KeyedEndpoint {
  readonly endpointUrl: string | undefined
  readonly credentials: CredentialsGiven | undefined
}

/**
 * Takes the keys out of a URL like `http://ID:SECRET@127.0.0.1:4566`, which go before those that are given.
 * The services of a local system take one key only, and an app that works for one may call AWS by others.
 */
export function keyedEndpoint(
  url: string | undefined,
  given: CredentialsGiven | undefined,
): KeyedEndpoint {
  const parsed = url === undefined ? null : URL.parse(url)
  if (parsed === null || parsed.username === '') return { endpointUrl: url, credentials: given }
  const { origin, pathname, username, password } = parsed
  return {
    endpointUrl: origin + pathname.replace(/\/$/, ''),
    credentials: {
      accessKeyId: decodeURIComponent(username),
      secretAccessKey: decodeURIComponent(password),
    },
  }
}
