import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, expect, test } from 'vitest'
import { createLedgerClient } from './index.ts'

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const key = { PK: { S: 'JOB#a' }, SK: { S: '1' } }
const values = {
  text: { S: 'ça' },
  number: { N: '0.10' },
  set: { NS: ['1', '2'] },
  yes: { BOOL: true },
  nothing: { NULL: true },
  bytes: { B: 'AAECgP8=' },
  none: { B: '' },
  several: { BS: ['AA==', '/w=='] },
  map: { M: { bytes: { B: '/w==' }, list: { L: [{ B: 'AA==' }, { N: '1' }] } } },
}
const open: { close(): void }[] = []
afterEach(() => open.splice(0).forEach((each) => each.close()))

/** Both clients, against a table that gives one answer. */
async function clientsOf(status: number, answer: string) {
  const server = createServer((_, response) => response.writeHead(status).end(answer))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const region = 'us-east-1'
  const ours = createLedgerClient({ region, endpointUrl: endpoint, credentials })
  const theirs = new DynamoDBClient({ region, endpoint, credentials, maxAttempts: 1 })
  open.push({ close: () => server.close() }, { close: () => ours.destroy() })
  open.push({ close: () => theirs.destroy() })
  return [ours, theirs] as const
}

const query = async (client: DynamoDBClient) =>
  await client.send(new QueryCommand({ TableName: 'ledger' }))

test.for([
  ['items of every kind', { Items: [{ ...key, ...values }, key], Count: 2, ScannedCount: 3 }],
  ['a page that is not the last', { Items: [key], Count: 1, LastEvaluatedKey: key }],
  ['an empty page', { Items: [], Count: 0 }],
] as const)('of %s, reads what the SDK reads', async ([, page]) => {
  const [ours, theirs] = await clientsOf(200, JSON.stringify(page))
  const [read, wanted] = [await query(ours), await query(theirs)]
  expect(read.LastEvaluatedKey).toEqual(wanted.LastEvaluatedKey)
  expect(read.Count).toBe(wanted.Count)
  expect(asText(read.Items)).toBe(asText(wanted.Items))
  expect(read.Items).toHaveLength(wanted.Items?.length ?? 0)
})

test('an error has the name that the SDK gives it', async () => {
  const error = { __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException', message: 'slow' }
  const [ours] = await clientsOf(400, JSON.stringify(error))
  await expect(query(ours)).rejects.toMatchObject({ name: 'ThrottlingException' })
})

test('a page that is cut is no page', async () => {
  const [ours] = await clientsOf(200, '{"Items":[{"PK":')
  await expect(query(ours)).rejects.toThrow(SyntaxError)
})

/** Bytes are compared as numbers, whatever class holds them. */
const asText = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => {
    const { type, data } = (each ?? {}) as { type?: string; data?: unknown }
    if (type === 'Buffer') return data
    return each instanceof Uint8Array ? [...each] : each
  })
