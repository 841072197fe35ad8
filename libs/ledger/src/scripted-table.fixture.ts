import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type ClosableTableClient, createLedgerClient, type LedgerClientOptions } from './index.ts'

export interface Asked {
  readonly headers: IncomingMessage['headers']
  readonly path: string
  readonly body: string
}

/** Answers a request that has come whole; `count` is 1 for the first. */
export type Answer = (response: ServerResponse, asked: Asked, count: number) => void

/** A table of one test that says what the test wants, and remembers what it was asked. */
export async function scriptedTable(answer: Answer) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const { headers, url = '' } = request
      asked.push({ headers, path: url, body: String(Buffer.concat(pieces)) })
      answer(response, asked.at(-1)!, asked.length)
    })
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** A client of one test. */
export function clientOf(options: Partial<LedgerClientOptions>): ClosableTableClient {
  const client = createLedgerClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    ...options,
  })
  onTestFinished(() => client.destroy())
  return client
}

export const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
  response.end(typeof value === 'string' ? value : JSON.stringify(value))
}

/** How DynamoDB says no. */
export const refuse = (response: ServerResponse, name: string, facts: object = {}): void =>
  json(response, { __type: `com.amazonaws.dynamodb.v20120810#${name}`, ...facts }, 400)
