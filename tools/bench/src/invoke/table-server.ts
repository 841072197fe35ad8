import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/*
 * As much of DynamoDB as recording batches asks for, in a process of its own: puts on condition that
 * there is no such item, additions to sets of numbers, reads. Prints its URL. It keeps the items that are
 * read again; of a part, that it is there.
 */

type Item = Record<string, { S?: string; N?: string; NS?: string[] }>

interface Input {
  readonly Item?: Item
  readonly Key?: Item
  readonly ExpressionAttributeValues?: Item
}

const items = new Map<string, Item | true>()

const server = createServer((request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => answer(request, Buffer.concat(pieces), response))
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
process.stdin.on('end', () => process.exit()).resume()

function answer({ headers }: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const operation = String(headers['x-amz-target']).split('.').at(-1) ?? ''
  const output = outputOf(operation, JSON.parse(String(body)) as Input)
  const text = JSON.stringify(output ?? REFUSED)
  response.writeHead(output === undefined ? 400 : 200, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

const REFUSED = { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException' }

/** Nothing when a condition did not hold. */
function outputOf(operation: string, { Item, Key, ...input }: Input): object | undefined {
  const key = `${(Item ?? Key)?.['PK']?.S} ${(Item ?? Key)?.['SK']?.S}`
  const ConsumedCapacity = { TableName: 'ledger', CapacityUnits: 1 }
  if (operation === 'GetItem') return { Item: items.get(key), ConsumedCapacity }
  if (operation === 'UpdateItem') {
    const done = add(key, input.ExpressionAttributeValues?.[':done']?.NS ?? [])
    return { Attributes: { done: { NS: done } }, ConsumedCapacity }
  }
  if (items.has(key)) return undefined
  items.set(key, key.includes('#PART#') ? true : (Item ?? {}))
  return { ConsumedCapacity }
}

function add(key: string, elements: readonly string[]): string[] {
  const found = items.get(key)
  const before = found === undefined || found === true ? [] : (found['done']?.NS ?? [])
  const NS = [...new Set([...before, ...elements])]
  items.set(key, { done: { NS } })
  return NS
}
