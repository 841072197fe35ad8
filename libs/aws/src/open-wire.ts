import type { Proxies } from './proxies.ts'
import { openSocketWire } from './socket-wire.ts'
import type { Wire, WireOptions } from './wire.ts'

/** Nothing is connected before the first request. */
export async function openWire(
  origin: string,
  options: WireOptions & { readonly proxies?: Proxies | undefined },
): Promise<Wire> {
  const { proxies } = options
  if (proxies?.http === undefined && proxies?.https === undefined) {
    return openSocketWire(origin, options)
  }
  // Loaded only where there is a proxy: it is much, and knows all that a proxy asks for.
  const { openProxyWire } = await import('./proxy-wire.ts')
  return openProxyWire(origin, { ...options, proxies })
}
