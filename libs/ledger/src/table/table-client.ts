import type { CredentialsGiven } from '@millrace/aws'
import type {
  CreateTableInput,
  CreateTableOutput,
  GetItemInput,
  GetItemOutput,
  PutItemInput,
  PutItemOutput,
  QueryInput,
  QueryOutput,
  UpdateItemInput,
  UpdateItemOutput,
} from '@aws-sdk/client-dynamodb'

/** What the ledger asks of DynamoDB: the operations of its API, with their inputs and outputs. */
export interface TableOperations {
  readonly PutItem: { readonly input: PutItemInput; readonly output: PutItemOutput }
  readonly UpdateItem: { readonly input: UpdateItemInput; readonly output: UpdateItemOutput }
  readonly GetItem: { readonly input: GetItemInput; readonly output: GetItemOutput }
  readonly Query: { readonly input: QueryInput; readonly output: QueryOutput & Released }
  readonly CreateTable: { readonly input: CreateTableInput; readonly output: CreateTableOutput }
}

/** An output whose bytes lie in memory that is used again. */
export interface Released {
  /** Gives it back: the bytes are not to be looked at any more. Who does not call it leaves the memory to V8. */
  release?(): void
}

export type TableOperation = keyof TableOperations

/** The way to a table. */
export interface TableClient {
  /**
   * Makes one call, without a retry.
   *
   * @throws an error with the name that DynamoDB, Node or AWS's client gives it; after a failed
   * condition with the `Item` that was asked for. On abort the signal's reason, or an `AbortError`.
   * Unless DynamoDB has refused it, what failed may have been done.
   */
  send<Name extends TableOperation>(
    operation: Name,
    input: TableOperations[Name]['input'],
    signal: AbortSignal,
  ): Promise<TableOperations[Name]['output']>
}

/** A client with its sockets. `destroy` ends them; what is in flight fails. */
export type ClosableTableClient = TableClient & { destroy(): void }

/** What both clients are made with. */
export interface ClientSettings {
  readonly region: string
  readonly endpointUrl: string | undefined
  readonly credentials: CredentialsGiven | undefined
  readonly socketsMax: number
  readonly connectTimeoutMs: number
  readonly timeoutMs: number
}
