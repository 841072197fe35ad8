import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { readingQueryPages } from './query-pages.ts'

/** The table that keeps what stays true about jobs, and the client to reach it with. */
export interface Ledger {
  readonly client: Pick<DynamoDBClient, 'send'>
  readonly tableName: string
  /** Seconds since the epoch, by which readers leave out what has expired; the machine's clock unless given. */
  readonly now?: () => number
}

export interface LedgerClientOptions {
  readonly region: string
  /** Another endpoint than AWS's own, for a local table. */
  readonly endpointUrl?: string | undefined
  readonly credentials?: NonNullable<DynamoDBClientConfig['credentials']>
  /** Connections held at most; a worker's concurrency and a little more is a good number. */
  readonly socketsMax?: number
}

/** DynamoDB answers in milliseconds: one that has not after this long is asked again. */
const REQUEST_TIMEOUT_MS = 3_000
const CONNECTION_TIMEOUT_MS = 1_000

/**
 * Makes a client whose time-outs end a call. The SDK's own retries are off: every verb repeats a
 * passing failure itself (`send.ts`), and two layers would multiply. Without
 * `throwOnRequestTimeout` the SDK only warns and goes on waiting.
 */
export function createLedgerClient(options: LedgerClientOptions): DynamoDBClient {
  const agent = { keepAlive: true, maxSockets: options.socketsMax ?? 256 }
  const client = new DynamoDBClient({
    region: options.region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(options.endpointUrl === undefined ? {} : { endpoint: options.endpointUrl }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  })
  client.config.protocol = readingQueryPages(client.config.protocol)
  return client
}
