import { createInterface } from 'node:readline'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { inThisProcess } from '../harness/cpu-rounds.ts'
import { BATCHES_IN_TABLE, body, credentials, endpoint, region, ROWS } from './data.ts'

/*
 * `invoke/batch-by-sdk.ts <bucket URL> <endpoint URL> <ledger URL>`: a batch as whoever takes AWS's clients as
 * they come writes it: read its rows from S3, invoke, decode, put. It neither marks nor logs, as ours does.
 */

const [bucketUrl = '', endpointUrl = '', tableUrl = ''] = process.argv.slice(2)
const s3 = new S3Client({ region, credentials, endpoint: bucketUrl, forcePathStyle: true })
const runtime = new SageMakerRuntimeClient({ region, credentials, endpoint: endpointUrl })
const dynamo = new DynamoDBClient({ region, credentials, endpoint: tableUrl })
let batches = 0
const measure = inThisProcess(() => processBatch((batches += 1)))
console.log('ready')
for await (const line of createInterface(process.stdin)) console.log(await measure(Number(line)))

async function processBatch(batch: number): Promise<void> {
  const rows = await readRows((batch % BATCHES_IN_TABLE) * body.length)
  const answer = await runtime.send(
    new InvokeEndpointCommand({
      EndpointName: endpoint.name,
      ContentType: endpoint.contentType,
      Accept: endpoint.accept,
      Body: rows,
    }),
  )
  const values = answer.Body.transformToString().trimEnd().split('\n').map(Number)
  if (values.length !== ROWS) throw new Error(`${values.length} predictions of ${ROWS} rows`)
  await dynamo.send(
    new PutItemCommand({
      TableName: 'ledger',
      Item: {
        PK: { S: 'sdk#PART#' },
        SK: { S: String(batch) },
        predictions: { B: new Uint8Array(Float64Array.from(values).buffer) },
      },
      ConditionExpression: 'attribute_not_exists(PK)',
    }),
  )
}

async function readRows(start: number): Promise<Uint8Array> {
  const range = `bytes=${start}-${start + body.length - 1}`
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: 'bucket', Key: 'data.csv', Range: range }),
  )
  if (Body === undefined) throw new Error(`${range}: no body`)
  return await Body.transformToByteArray()
}
