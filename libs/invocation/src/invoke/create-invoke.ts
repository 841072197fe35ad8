import { limits } from '@millrace/job'
import type { Invoke } from './invocation.ts'
import { createFastInvoke } from './invoke-fast.ts'
import { createSdkInvoke, type InvokeSdkOptions } from './invoke-sdk.ts'

export interface CreateInvokeOptions {
  readonly region: string
  /** In place of the region's own: a VPC endpoint or a local one. Scheme, host and port. */
  readonly endpointUrl?: string | undefined
  /** Keys or a provider of keys. Default: AWS's usual chain (environment, profile, role). */
  readonly credentials?: InvokeSdkOptions['credentials']
  /** Default: none. `proxiesOf(process.env)` gives what `HTTPS_PROXY` and its kin say. */
  readonly proxies?: InvokeSdkOptions['proxies']
  /** `sdk` is AWS's stock client; `fast` costs a tenth of its CPU. Default `fast`. */
  readonly transport?: 'fast' | 'sdk' | undefined
  /** Sockets, and so invocations at once. Default `limits.concurrencyMax`. */
  readonly connectionsMax?: number | undefined
  /** Default `limits.invocationSocketTimeoutMs`. */
  readonly timeoutMs?: number | undefined
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** An `Invoke` with its sockets. `close` ends them; what is in flight fails. */
export type ClosableInvoke = Invoke & { close(): Promise<void> }

/**
 * Makes the function that invokes endpoints of one region. Connects with the first invocation.
 *
 * @throws {RangeError} for the stock client with a proxy, which it does not know.
 */
export function createInvoke(options: CreateInvokeOptions): ClosableInvoke {
  const { transport = 'fast', now = Date.now, ...rest } = options
  const settings: InvokeSdkOptions = {
    ...rest,
    connectionsMax: options.connectionsMax ?? limits.concurrencyMax,
    timeoutMs: options.timeoutMs ?? limits.invocationSocketTimeoutMs,
  }
  if (transport === 'sdk' && options.proxies !== undefined) {
    throw new RangeError('transport: wanted fast where there is a proxy, got sdk, which knows none')
  }
  return transport === 'sdk' ? createSdkInvoke(settings) : createFastInvoke({ ...settings, now })
}
