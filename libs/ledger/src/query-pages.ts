import type { Readable } from 'node:stream'
import type { AttributeValue, DynamoDBClient, QueryCommandOutput } from '@aws-sdk/client-dynamodb'
import type { Item } from './item.ts'

type Protocol = DynamoDBClient['config']['protocol']

/**
 * A client's protocol that reads the pages of queries itself: all parts of a job come through them, and
 * the SDK's general way takes about four times as long for a page of 1 MB. Everything else, errors
 * among it, is the SDK's.
 */
export function readingQueryPages(protocol: Protocol): Protocol {
  const theirs = protocol.deserializeResponse.bind(protocol) as Deserialize
  const deserializeResponse: Deserialize = async (operation, context, response) => {
    const isPage = operation.name === 'Query' && response.statusCode === 200
    if (!isPage) return await theirs(operation, context, response)
    const pieces: Buffer[] = []
    for await (const piece of response.body) pieces.push(piece as Buffer)
    const { Items = [], ...rest } = JSON.parse(String(Buffer.concat(pieces))) as JsonPage
    return { ...rest, Items: Items.map(itemOf), $metadata: { httpStatusCode: 200 } }
  }
  return Object.assign(Object.create(protocol) as Protocol, { deserializeResponse })
}

/** What is used of the SDK's way to read a response. */
type Deserialize = (
  operation: { readonly name: string },
  context: object,
  response: { readonly statusCode: number; readonly body: Readable },
) => Promise<object>

/** A page as it comes over the line: binary values are base64. */
interface JsonPage extends Omit<QueryCommandOutput, '$metadata' | 'Items'> {
  readonly Items?: readonly Readonly<Record<string, JsonValue>>[]
}

type JsonValue = Readonly<Record<string, unknown>>

const itemOf = (json: Readonly<Record<string, JsonValue>>): Item =>
  Object.fromEntries(Object.entries(json).map(([name, value]) => [name, valueOf(value)]))

function valueOf(json: JsonValue): AttributeValue {
  const { B, BS, M, L } = json
  if (B !== undefined) return { B: Buffer.from(B as string, 'base64') }
  if (BS !== undefined) return { BS: (BS as string[]).map((bytes) => Buffer.from(bytes, 'base64')) }
  if (M !== undefined) return { M: itemOf(M as Record<string, JsonValue>) }
  if (L !== undefined) return { L: (L as JsonValue[]).map(valueOf) }
  return json as unknown as AttributeValue
}
