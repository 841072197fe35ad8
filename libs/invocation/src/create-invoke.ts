import type { SageMakerRuntimeClientConfig } from '@aws-sdk/client-sagemaker-runtime'
import { limits } from '@millrace/job'
import type { Invoke } from './invocation.ts'
import { createSdkInvoke } from './invoke-sdk.ts'

export interface CreateInvokeOptions {
  readonly region: string
  /** In place of the region's own: a VPC endpoint or a local one. Scheme, host and port. */
  readonly endpointUrl?: string | undefined
  /** Keys or a provider of keys. Default: AWS's usual chain (environment, profile, role). */
  readonly credentials?: SageMakerRuntimeClientConfig['credentials'] | undefined
  readonly useFipsEndpoint?: boolean | undefined
  /** `sdk` is AWS's stock client; `fast` costs a tenth of its CPU. Default `fast`. */
  readonly transport?: 'fast' | 'sdk' | undefined
  /** Sockets, and so invocations at once. Default `limits.concurrencyMax`. */
  readonly connectionsMax?: number | undefined
  /** Default `limits.invocationSocketTimeoutMs`. */
  readonly timeoutMs?: number | undefined
}

/** An `Invoke` with its sockets. `close` ends them; what is in flight fails. */
export type ClosableInvoke = Invoke & { close(): Promise<void> }

/** Makes the function that invokes endpoints of one region. */
export function createInvoke(options: CreateInvokeOptions): ClosableInvoke {
  return createSdkInvoke({
    region: options.region,
    endpointUrl: options.endpointUrl,
    credentials: options.credentials,
    useFipsEndpoint: options.useFipsEndpoint,
    connectionsMax: options.connectionsMax ?? limits.concurrencyMax,
    timeoutMs: options.timeoutMs ?? limits.invocationSocketTimeoutMs,
  })
}
