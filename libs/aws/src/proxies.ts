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
 * AWS's own JavaScript client reads none. This machine is reached without a proxy, whatever they say.
 */
export function proxiesOf(env: ProxyVariables): Proxies | undefined {
  const http = env.http_proxy || env.HTTP_PROXY || undefined
  const https = env.https_proxy || env.HTTPS_PROXY || undefined
  const no = env.no_proxy || env.NO_PROXY
  if (http === undefined && https === undefined) return undefined
  return { http, https, no: no === undefined ? LOOPBACK : `${no},${LOOPBACK}` }
}

const LOOPBACK = 'localhost,127.0.0.1,[::1]'

type ProxyVariables = {
  readonly [name in
    | 'http_proxy'
    | 'HTTP_PROXY'
    | 'https_proxy'
    | 'HTTPS_PROXY'
    | 'no_proxy'
    | 'NO_PROXY']?: string | undefined
}
