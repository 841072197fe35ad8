import type { Dispatcher } from 'undici'
import type { Proxies } from './proxies.ts'

export interface DispatcherOptions {
  /** Sockets, and so requests at once. */
  readonly connectionsMax: number
  readonly connectTimeoutMs: number
  /** How long a connection is kept that nobody uses. */
  readonly keepAliveMs: number
  readonly proxies?: Proxies | undefined
}

/** Connections to one origin: scheme, host and port. Nothing is connected before the first request. */
export async function openDispatcher(
  origin: string,
  { connectionsMax, connectTimeoutMs, keepAliveMs, proxies }: DispatcherOptions,
): Promise<Dispatcher> {
  const settings = {
    connections: connectionsMax,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    connect: { timeout: connectTimeoutMs },
  }
  // Loaded with the first request: who waits for work has none to send yet.
  const { EnvHttpProxyAgent, Pool } = await import('undici')
  return proxies?.http === undefined && proxies?.https === undefined
    ? new Pool(origin, settings)
    : new EnvHttpProxyAgent({
        ...settings,
        httpProxy: proxies.http ?? '',
        httpsProxy: proxies.https ?? '',
        noProxy: proxies.no ?? '',
      })
}
