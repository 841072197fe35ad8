import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { S3Client } from '@aws-sdk/client-s3'
import type { SQSClient } from '@aws-sdk/client-sqs'
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

/** A `DynamoDBClient` of which only `send` is there. Its time-out is that of `createLedgerClient`. */
export function tableClient(table: TableModel, link: Link): DynamoDBClient {
  const verbs: Record<string, Verb> = {
    PutItemCommand: table.put,
    UpdateItemCommand: table.update,
    DeleteItemCommand: table.delete,
    GetItemCommand: table.get,
    QueryCommand: table.query,
  }
  const refusal = (): Error =>
    serviceError(
      'ProvisionedThroughputExceededException',
      400,
      'The level of throughput was exceeded',
    )
  return clientOf('dynamodb', verbs, 3_000, refusal, link) as DynamoDBClient
}

/** An `S3Client` of which only `send` is there. */
export function storeClient(store: StoreModel, link: Link): S3Client {
  const verbs: Record<string, Verb> = {
    PutObjectCommand: store.put,
    GetObjectCommand: store.get,
    HeadObjectCommand: store.head,
    DeleteObjectCommand: store.delete,
    ListObjectsV2Command: store.list,
    CreateMultipartUploadCommand: store.createUpload,
    UploadPartCommand: store.uploadPart,
    CompleteMultipartUploadCommand: store.completeUpload,
    AbortMultipartUploadCommand: store.abortUpload,
  }
  const refusal = (): Error => serviceError('SlowDown', 503, 'Please reduce your request rate.')
  return clientOf('s3', verbs, 10_000, refusal, link) as S3Client
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
    SendMessageBatchCommand: (input) => queueOf(input).send(input),
    DeleteMessageBatchCommand: (input) => queueOf(input).delete(input),
    ChangeMessageVisibilityBatchCommand: (input) => queueOf(input).changeVisibility(input),
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

function clientOf(
  service: string,
  verbs: Record<string, Verb>,
  timeoutMs: number,
  refusal: () => Error,
  link: Link,
): { send(command: Command, options?: SendOptions): Promise<object> } {
  const callNames: Record<string, string> = {}
  return {
    send(command, options = {}) {
      const { name } = command.constructor
      const verb = verbs[name]
      if (verb === undefined) throw new TypeError(`${service}: ${name} is not modelled`)
      const callName = (callNames[name] ??= `${service} ${name.replace(/Command$/, '')}`)
      // As on the wire: what the caller changes after the call does not reach the service.
      const input = { ...command.input }
      const call = {
        name: callName,
        timeoutMs,
        serve: (answer: (value: object) => void) => answer(verb(input as never)),
        refusal,
      }
      return link(call, options.abortSignal)
    },
  }
}
