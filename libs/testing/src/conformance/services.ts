import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { createLedgerClient, createTable } from '@millrace/ledger'
import { queueClient, storeClient, tableClient } from '../clients.ts'
import { atOnce } from '../link.ts'
import { createQueueModel } from '../queue/queue-model.ts'
import { createRandom } from '../random.ts'
import { createStoreModel } from '../store/store-model.ts'
import { createTableModel } from '../table/table-model.ts'
import type { QueueUnderTest } from './queue-sentences.ts'
import type { StoreUnderTest } from './store-sentences.ts'
import type { TableUnderTest } from './table-sentences.ts'

const nowMs = (): number => Date.now()

export const modelTable = (): TableUnderTest => ({
  client: tableClient(createTableModel({ nowMs }), atOnce),
  tableName: 'table',
})

export const modelStore = (): StoreUnderTest => ({
  client: storeClient(createStoreModel(), atOnce),
  bucket: 'bucket',
})

export function modelQueue(): QueueUnderTest {
  const url = 'https://sqs.test/queue'
  const queue = createQueueModel({
    nowMs,
    random: createRandom(1),
    after: (delayMs, run) => void setTimeout(run, delayMs),
    visibilityTimeoutSeconds: 30,
  })
  return { client: queueClient(new Map([[url, queue]]), atOnce), url }
}

/** Where a service is, with the keys that it wants. */
export interface Place {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const common = { region: 'us-east-1', maxAttempts: 1 } as const

/** A new table at a DynamoDB-like service, reached as the ledger reaches its own. */
export async function tableAt(
  { endpoint: endpointUrl, credentials }: Place,
  transport: 'fast' | 'sdk' = 'fast',
): Promise<TableUnderTest> {
  const client = createLedgerClient({ ...common, endpointUrl, credentials, transport })
  const tableName = `conformance-${transport}-${process.pid}-${Date.now()}`
  await createTable({ client, tableName }, AbortSignal.timeout(10_000))
  return { client, tableName }
}

/** A new queue at an SQS-like service. */
export async function queueAt(place: Place, name: string): Promise<QueueUnderTest> {
  const client = new SQSClient({ ...common, ...place, useQueueUrlAsEndpoint: false })
  const command = new CreateQueueCommand({ QueueName: `conformance-${process.pid}-${name}` })
  const { QueueUrl = '' } = await client.send(command)
  return { client, url: QueueUrl }
}

/** A new bucket at an S3-like service. */
export async function storeAt(place: Place): Promise<StoreUnderTest> {
  const client = new S3Client({ ...common, ...place, forcePathStyle: true })
  const bucket = `conformance-${process.pid}-${Date.now()}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  return { client, bucket }
}
