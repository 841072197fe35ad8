/** Proxies on the way to the endpoint, as URLs. */
export interface Proxies {
  /** For endpoints at `http:` URLs. */
  readonly http?: string | undefined
  /** For endpoints at `https:` URLs. */
  readonly https?: string | undefined
  /** Hosts that are reached without: `localhost,.internal,10.0.0.1:8080` or `*`. */
  readonly no?: string | undefined
}

/**
 * What the usual variables of an environment say, small letters first, as curl and boto3 read them;
 * AWS's own JavaScript client reads none.
 */
export function proxiesOf(env: Readonly<Record<string, string | undefined>>): Proxies | undefined {
  const of = (name: string) => env[name.toLowerCase()] || env[name] || undefined
  const [http, https, no] = [of('HTTP_PROXY'), of('HTTPS_PROXY'), of('NO_PROXY')]
  return http === undefined && https === undefined ? undefined : { http, https, no }
}
