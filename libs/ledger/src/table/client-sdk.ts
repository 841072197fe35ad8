import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import type {
  ClientSettings,
  ClosableTableClient,
  TableClient,
  TableOperation,
} from './table-client.ts'

/** Reaches the table through AWS's stock client: the oracle for the fast one, and its fallback. */
export function createSdkClient(settings: ClientSettings): ClosableTableClient {
  let loading: ReturnType<typeof load> | undefined
  const send = async (operation: TableOperation, input: object, signal: AbortSignal) => {
    loading ??= load(settings)
    return await (await loading)(operation, input, signal)
  }
  return {
    send: send as TableClient['send'],
    destroy: () => void loading?.then(({ destroy }) => destroy()),
  }
}

/** Loaded with the first call: the usual client needs none of it. */
async function load(settings: ClientSettings) {
  const sdk = await import('@aws-sdk/client-dynamodb')
  const client = new sdk.DynamoDBClient(configOf(settings))
  // The types of commands have nothing in common; those of `TableClient` say what goes together.
  const commands: Record<TableOperation, new (input: never) => object> = {
    PutItem: sdk.PutItemCommand,
    UpdateItem: sdk.UpdateItemCommand,
    GetItem: sdk.GetItemCommand,
    Query: sdk.QueryCommand,
    CreateTable: sdk.CreateTableCommand,
  }
  const send = async (operation: TableOperation, input: object, signal: AbortSignal) => {
    const command = new commands[operation](input as never)
    return await client.send(command as never, { abortSignal: signal })
  }
  return Object.assign(send, { destroy: () => client.destroy() })
}

/** Without `throwOnRequestTimeout` the SDK only warns and goes on waiting. */
function configOf(settings: ClientSettings): DynamoDBClientConfig {
  const agent = { keepAlive: true, maxSockets: settings.socketsMax }
  return {
    region: settings.region,
    // One retry layer only, and it is ours.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: settings.connectTimeoutMs,
      requestTimeout: settings.timeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(settings.endpointUrl === undefined ? {} : { endpoint: settings.endpointUrl }),
    ...(settings.credentials === undefined ? {} : { credentials: settings.credentials }),
  }
}
