/** Where a service is. */
export interface Origin {
  /** Scheme, host and port. */
  readonly origin: string
  /** The `host` header. */
  readonly host: string
  /** What stands before the path of each request; mostly nothing. */
  readonly pathPrefix: string
}

/**
 * @throws {TypeError} for what is no URL.
 */
export function originOf(url: string): Origin {
  const { origin, host, pathname } = new URL(url)
  return { origin, host, pathPrefix: pathname.replace(/\/$/, '') }
}
