import type { S3Client } from '@aws-sdk/client-s3'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { TableClient } from '@millrace/ledger'
import type { Link } from './link.ts'
import type { QueueModel } from './queue/queue-model.ts'
import { serviceError } from './service-error.ts'
import type { StoreModel } from './store/store-model.ts'
import type { TableModel } from './table/table-model.ts'

/** A command of the AWS SDK, of which a model looks at the name and the input only. */
interface Command {
  readonly constructor: { readonly name: string }
  readonly input: object
}

interface SendOptions {
  readonly abortSignal?: AbortSignal
}

// A model does what the caller's types have promised; the SDK's `send` cannot be typed by hand.
type Verb = (input: never) => object

/** The way to a modelled table. Its time-out is that of `createLedgerClient`. */
export function tableClient(table: TableModel, link: Link): TableClient {
  const verbs: Record<string, Verb> = {
    PutItem: table.put,
    UpdateItem: table.update,
    GetItem: table.get,
    Query: table.query,
  }
  const refusal = (): Error =>
    serviceError(
      'ProvisionedThroughputExceededException',
      400,
      'The level of throughput was exceeded',
    )
  return { send: askerOf('dynamodb', verbs, 3_000, refusal, link) }
}

/** An `S3Client` of which only `send` is there. */
export function storeClient(store: StoreModel, link: Link): S3Client {
  const verbs: Record<string, Verb> = {
    PutObject: store.put,
    GetObject: store.get,
    HeadObject: store.head,
    DeleteObject: store.delete,
    ListObjectsV2: store.list,
    CreateMultipartUpload: store.createUpload,
    UploadPart: store.uploadPart,
    CompleteMultipartUpload: store.completeUpload,
    AbortMultipartUpload: store.abortUpload,
  }
  const refusal = (): Error => serviceError('SlowDown', 503, 'Please reduce your request rate.')
  return clientOf('s3', verbs, 60_000, refusal, link) as S3Client
}

/** An `SQSClient` of which only `send` is there; queues are found by their URL. */
export function queueClient(queues: ReadonlyMap<string, QueueModel>, link: Link): SQSClient {
  const queueOf = (input: object): QueueModel => {
    const queue = queues.get((input as { QueueUrl: string }).QueueUrl)
    if (queue === undefined) throw serviceError('QueueDoesNotExist', 400, 'There is no such queue')
    return queue
  }
  const refusal = (): Error => serviceError('RequestThrottled', 400, 'Rate exceeded')
  const verbs: Record<string, Verb> = {
    SendMessageBatch: (input) => queueOf(input).send(input),
    DeleteMessageBatch: (input) => queueOf(input).delete(input),
    ChangeMessageVisibilityBatch: (input) => queueOf(input).changeVisibility(input),
  }
  const others = clientOf('sqs', verbs, 10_000, refusal, link)
  const send = (command: Command, options: SendOptions = {}): Promise<object> => {
    if (command.constructor.name !== 'ReceiveMessageCommand') return others.send(command, options)
    const call = {
      name: 'sqs ReceiveMessage',
      timeoutMs: 30_000,
      serve: (answer: (value: object) => void) =>
        queueOf(command.input).receive(command.input as { QueueUrl: string }, (Messages) =>
          answer(Messages.length === 0 ? {} : { Messages }),
        ),
      refusal,
    }
    return link(call, options.abortSignal)
  }
  return { send } as unknown as SQSClient
}

function clientOf(...model: Parameters<typeof askerOf>): {
  send(command: Command, options?: SendOptions): Promise<object>
} {
  const ask = askerOf(...model)
  return {
    send: ({ constructor, input }, { abortSignal } = {}) =>
      ask(constructor.name.replace(/Command$/, ''), input, abortSignal),
  }
}

function askerOf(
  service: string,
  verbs: Record<string, Verb>,
  timeoutMs: number,
  refusal: () => Error,
  link: Link,
): (operation: string, input: object, signal: AbortSignal | undefined) => Promise<object> {
  const callNames: Record<string, string> = {}
  return (operation, input, signal) => {
    const verb = verbs[operation]
    if (verb === undefined) throw new TypeError(`${service}: ${operation} is not modelled`)
    const name = (callNames[operation] ??= `${service} ${operation}`)
    // As on the wire: what the caller changes after the call does not reach the service.
    const sent = { ...input }
    const call = {
      name,
      timeoutMs,
      serve: (answer: (value: object) => void) => answer(verb(sent as never)),
      refusal,
    }
    return link(call, signal)
  }
}
