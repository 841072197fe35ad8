import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { AttributeValue, PutItemInput } from '@aws-sdk/client-dynamodb'
import { jobIdOf } from '@millrace/job'
import { type Ledger, putPart } from '@millrace/ledger'
import { printFloats } from '@millrace/predictions'
import { BATCH_ROWS, floatsOf, JOB, PARTITIONS } from './data.ts'
import { createPages, type Pages } from './pages.ts'

/*
 * `export/ledger.ts <rows>`: a table that holds a job's parts, as `putPart` writes them, and answers the
 * queries for them as DynamoDB does, in pages of at most 1 MB. It keeps the job that is put into it, all
 * of whose batches are marked as done, and lets it be claimed any number of times. It prints its URL.
 */

/** Batches that one item of the progress marks. */
const MARKED = 128
const rows = Number(process.argv[2])
const partitions = await recordParts()
let jobItem: Record<string, AttributeValue> | undefined
const server = createServer((request, response) => {
  void answer(request).then((body) => {
    response.setHeader('content-type', 'application/x-amz-json-1.0')
    response.end(body)
  })
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
process.stdin.on('end', () => process.exit()).resume()

async function recordParts(): Promise<ReadonlyMap<string, Pages>> {
  const found = new Map<string, Buffer[]>()
  const send = async (_: string, { Item }: PutItemInput) => {
    const partition = Item?.['PK']?.S ?? ''
    found.set(partition, [...(found.get(partition) ?? []), encode(Item ?? {})])
    return {}
  }
  const ledger = { client: { send }, tableName: 'ledger' } as unknown as Ledger
  const documents = { read: async () => undefined, write: async () => {} }
  const { signal } = new AbortController()
  for (let start = 0; start < rows; start += BATCH_ROWS) {
    const end = Math.min(rows, start + BATCH_ROWS)
    const part = {
      jobId: jobIdOf(JOB),
      partitions: PARTITIONS,
      batch: start / BATCH_ROWS,
      rows: { start, end },
      predictions: printFloats(Buffer.from(floatsOf(start, end).buffer)),
      failures: [],
      inputHash: ''.padStart(64, 'a'),
      variant: 'AllTraffic',
      attempt: 1,
      invocations: 1,
      throttles: 0,
      durationMs: 40,
      recordedAt: 1_500 + Math.floor(start / 50_000),
    }
    await putPart(ledger, part, documents, signal)
  }
  return new Map([...found].map(([partition, items]) => [partition, createPages(items)]))
}

/** Binary values as they come over the line. */
function encode(item: Record<string, AttributeValue>): Buffer {
  const binary = (_: string, value: unknown): unknown => {
    const bytes = value as { type?: string; data?: number[] } | null
    return bytes?.type === 'Buffer' ? Buffer.from(bytes.data ?? []).toString('base64') : value
  }
  return Buffer.from(JSON.stringify(item, binary))
}

async function answer(request: IncomingMessage): Promise<Buffer | string> {
  const asked = JSON.parse(await text(request))
  const operation = String(request.headers['x-amz-target']).split('.')[1]
  if (operation === 'PutItem') jobItem = asked.Item
  if (operation === 'UpdateItem') jobItem = { ...jobItem, ...claimedBy(asked) }
  if (operation === 'GetItem') return JSON.stringify({ Item: jobItem })
  return operation === 'Query' ? answerQuery(asked) : '{}'
}

/** What is looked at of a lease. */
const claimedBy = ({ ExpressionAttributeValues: values }: Query) => ({
  state: { S: 'aggregating' },
  generation: values[':generation'] ?? { N: '0' },
})

/** What is used of a query. */
interface Query {
  readonly ExpressionAttributeValues: Readonly<Record<string, AttributeValue.SMember>>
  readonly ExclusiveStartKey?: { readonly SK: AttributeValue.SMember }
  readonly Limit?: number
}

function answerQuery({ ExpressionAttributeValues, ExclusiveStartKey, Limit }: Query) {
  const partition = ExpressionAttributeValues[':partition']?.S ?? ''
  const pages = partitions.get(partition)
  if (pages === undefined) return progress()
  const after = Number(ExclusiveStartKey?.SK.S ?? -1)
  const start = after < 0 ? 0 : Math.floor(after / PARTITIONS) + 1
  const { items, end } = pages.from(start, Limit ?? Infinity)
  const last = (end - 1) * PARTITIONS + Number(partition.split('#').at(-1))
  const key = { PK: { S: partition }, SK: { S: String(last).padStart(10, '0') } }
  const more = end < pages.count ? `,"LastEvaluatedKey":${JSON.stringify(key)}` : ''
  const tail = `],"Count":${end - start}${more}}`
  return Buffer.concat([Buffer.from('{"Items":['), items, Buffer.from(tail)])
}

/** Every batch is done. */
function progress(): string {
  const batches = Math.ceil(rows / BATCH_ROWS)
  const items = Array.from({ length: Math.ceil(batches / MARKED) }, (_, item) => {
    const marked = Math.min(MARKED, batches - item * MARKED)
    return { done: { NS: Array.from({ length: marked }, (_, at) => String(item * MARKED + at)) } }
  })
  return JSON.stringify({ Items: items, Count: items.length })
}
