import type { Proxies } from './proxies.ts'

/** `sdk` is AWS's stock client; `fast` costs a tenth of its CPU. */
export type Transport = 'fast' | 'sdk'

/** @throws {RangeError} for the stock client with a proxy, which it does not know. */
export function checkTransport(transport: Transport, proxies: Proxies | undefined): void {
  if (transport === 'sdk' && proxies !== undefined) {
    throw new RangeError('transport: wanted fast where there is a proxy, got sdk, which knows none')
  }
}
