import type { Readable } from 'node:stream'
import type { DynamoDBClient, QueryCommandOutput } from '@aws-sdk/client-dynamodb'

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
    const body = Buffer.concat(pieces)
    const page = JSON.parse(String(body)) as JsonPage
    const decode = createDecoder(body.length)
    for (const item of page.Items ?? []) decodeIn(item, decode)
    return { Items: [], ...page, $metadata: { httpStatusCode: 200 } }
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
  readonly Items?: readonly Attributes[]
}

type Attributes = Record<string, Record<string, unknown>>
type Decoder = (base64: string) => Buffer

/** Decodes all binary values of a page into one memory: one for each costs V8 more than to decode them. */
function createDecoder(pageBytes: number): Decoder {
  let memory: Buffer | undefined
  let end = 0
  return (base64) => {
    memory ??= Buffer.allocUnsafeSlow(Math.ceil((pageBytes * 3) / 4))
    const start = end
    end += memory.write(base64, start, 'base64')
    return memory.subarray(start, end)
  }
}

/** Puts bytes in the place of texts: nearly all of an item is as the SDK would give it. */
function decodeIn(item: Attributes, decode: Decoder): void {
  for (const name in item) decodeValue(item[name] ?? {}, decode)
}

function decodeValue(value: Record<string, unknown>, decode: Decoder): void {
  const { B, BS, M, L } = value
  if (B !== undefined) value['B'] = decode(B as string)
  else if (BS !== undefined) value['BS'] = (BS as string[]).map(decode)
  else if (M !== undefined) decodeIn(M as Attributes, decode)
  else if (L !== undefined) for (const each of L as Attributes[string][]) decodeValue(each, decode)
}
