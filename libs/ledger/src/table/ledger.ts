import { type CredentialsGiven, keyedEndpoint } from '@millrace/aws'
import { createFastClient } from './client-fast.ts'
import { createSdkClient } from './client-sdk.ts'
import type { ClosableTableClient, TableClient } from './table-client.ts'

/** The table that keeps what stays true about jobs, and the client to reach it with. */
export interface Ledger {
  readonly client: TableClient
  readonly tableName: string
  /** Seconds since the epoch, by which readers leave out what has expired; the machine's clock unless given. */
  readonly now?: () => number
}

export interface LedgerClientOptions {
  readonly region: string
  /** Another endpoint than AWS's own, maybe with its keys, for a local table. */
  readonly endpointUrl?: string | undefined
  /** Keys or a provider of keys; those in `endpointUrl` go before them. Default: AWS's usual chain. */
  readonly credentials?: CredentialsGiven | undefined
  /** `sdk` is AWS's stock client; `fast` costs a fraction of its CPU. Default `fast`. */
  readonly transport?: 'fast' | 'sdk' | undefined
  /** Connections held at most; a worker's concurrency and a little more is a good number. */
  readonly socketsMax?: number | undefined
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** DynamoDB answers in milliseconds: one that has not after this long is asked again. */
const REQUEST_TIMEOUT_MS = 3_000
const CONNECTION_TIMEOUT_MS = 1_000
const SOCKETS_MAX = 256

/**
 * Makes a client whose time-outs end a call, and that repeats nothing: every verb repeats a passing
 * failure itself (`call.ts`), and two layers would multiply. Connects with the first call.
 */
export function createLedgerClient(options: LedgerClientOptions): ClosableTableClient {
  const settings = {
    region: options.region,
    ...keyedEndpoint(options.endpointUrl, options.credentials),
    socketsMax: options.socketsMax ?? SOCKETS_MAX,
    connectTimeoutMs: CONNECTION_TIMEOUT_MS,
    timeoutMs: REQUEST_TIMEOUT_MS,
  }
  if (options.transport === 'sdk') return createSdkClient(settings)
  return createFastClient({ ...settings, now: options.now ?? Date.now })
}
