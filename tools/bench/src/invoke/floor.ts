import { createHash, createHmac, createSecretKey } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { Pool } from 'undici'
import { AT_ONCE } from '../harness/cpu-rounds.ts'
import { BATCHES_IN_TABLE, body, ROWS } from './data.ts'

/*
 * What an invocation, or a batch, costs at least: nothing but signatures and a way to the servers. Nobody
 * checks them here, so they have as many hashes and bytes as they have, and no more.
 */

export interface Floor {
  call(): Promise<unknown>
  close(): unknown
}

/** Sockets that write a signed request and wait for the bytes of the answer. */
export function openSockets(url: string): Floor {
  const wire = openWire(url)
  return { call: () => wire.exchange(invocation(wire.host, body), body), close: wire.close }
}

/** The same for a batch: its rows from S3, their predictions, a part in the ledger. */
export function openBatchSockets(bucketUrl: string, endpointUrl: string, tableUrl: string): Floor {
  const [bucket, endpoint, table] = [bucketUrl, endpointUrl, tableUrl].map(openWire) as [
    Wire,
    Wire,
    Wire,
  ]
  let batches = 0
  return {
    call: async () => {
      const batch = (batches += 1)
      const start = (batch % BATCHES_IN_TABLE) * body.length
      const range = ['range', `bytes=${start}-${start + body.length - 1}`] as const
      const ask = head('GET', '/bucket/data.csv', bucket.host, 'UNSIGNED-PAYLOAD', [range])
      const rows = await bucket.exchange(ask)
      const answer = await endpoint.exchange(invocation(endpoint.host, rows), rows)
      const values = Float64Array.from(answer.toString('latin1').trimEnd().split('\n'), Number)
      if (values.length !== ROWS) throw new Error(`${values.length} predictions of ${ROWS} rows`)
      const part = Buffer.from(partOf(batch, values))
      const target = ['x-amz-target', 'DynamoDB_20120810.PutItem'] as const
      await table.exchange(head('POST', '/', table.host, sha256(part), [target], part), part)
    },
    close: () => [bucket, endpoint, table].forEach(({ close }) => close()),
  }
}

function partOf(batch: number, values: Float64Array): string {
  const predictions = { B: Buffer.from(values.buffer).toString('base64') }
  const Item = { PK: { S: 'raw#PART#' }, SK: { S: String(batch) }, predictions }
  const ConditionExpression = 'attribute_not_exists(PK)'
  return JSON.stringify({ TableName: 'ledger', Item, ConditionExpression })
}

/** The usual client for it, as its guide has it. */
export function openUndici(url: string): Floor {
  const { host } = new URL(url)
  const pool = new Pool(url, { connections: AT_ONCE, pipelining: 1 })
  return {
    call: async () => {
      const headers = Object.fromEntries(signedHeaders(host, sha256(body), AS_CSV))
      const answer = await pool.request({ path: INVOKE, method: 'POST', headers, body })
      return Buffer.from(await answer.body.arrayBuffer())
    },
    close: () => pool.close(),
  }
}

interface Wire {
  readonly host: string
  /** Answers the body; of the head nothing is read but its length. */
  exchange(head: string, body?: Buffer): Promise<Buffer>
  close(): void
}

function openWire(url: string): Wire {
  const { hostname, port, host } = new URL(url)
  const sockets = Array.from({ length: AT_ONCE }, () => connect(Number(port), hostname))
  for (const socket of sockets) socket.setNoDelay(true)
  const free = [...sockets]
  return {
    host,
    exchange: async (asked, sent) => {
      const socket = free.pop()
      if (socket === undefined) throw new RangeError('no socket is free')
      const answered = answerOf(socket)
      socket.cork()
      socket.write(asked, 'latin1')
      if (sent !== undefined) socket.write(sent)
      socket.uncork()
      const answer = await answered
      free.push(socket)
      return answer
    },
    close: () => sockets.forEach((socket) => socket.destroy()),
  }
}

/** The head comes in one piece, from servers on this machine. */
function answerOf(socket: Socket): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const pieces: Buffer[] = []
  let missing: number | undefined
  const take = (bytes: Buffer): void => {
    const bodyStart = missing === undefined ? bytes.indexOf('\r\n\r\n') + 4 : 0
    missing ??= Number(/content-length: (\d+)/i.exec(bytes.toString('latin1', 0, bodyStart))?.[1])
    const piece = bytes.subarray(bodyStart)
    pieces.push(piece)
    missing -= piece.length
    if (missing > 0) return
    socket.off('data', take)
    resolve(pieces.length === 1 ? piece : Buffer.concat(pieces))
  }
  socket.on('data', take)
  return promise
}

const INVOKE = '/endpoints/bench/invocations'
const AS_CSV = [
  ['accept', 'text/csv'],
  ['content-type', 'text/csv'],
] as const

type Header = readonly [string, string]

const invocation = (host: string, rows: Buffer): string =>
  head('POST', INVOKE, host, sha256(rows), AS_CSV, rows)

function head(
  method: string,
  path: string,
  host: string,
  bodyHash: string,
  headers: readonly Header[],
  sent?: Buffer,
): string {
  const signed = signedHeaders(host, bodyHash, headers)
  const lines = signed.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const length = sent === undefined ? '' : `content-length: ${sent.length}\r\n`
  return `${method} ${path} HTTP/1.1\r\n${lines}${length}\r\n`
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')
/** A key object: a raw key takes ten microseconds more. */
const key = createSecretKey(createHmac('sha256', 'bench').update('day').digest())
const SCOPE = '20261125/us-east-1/sagemaker/aws4_request'

function signedHeaders(host: string, bodyHash: string, more: readonly Header[]): Header[] {
  const headers: Header[] = [
    ...more,
    ['host', host],
    ['x-amz-content-sha256', bodyHash],
    ['x-amz-date', new Date().toISOString()],
  ]
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('')
  const canonical = sha256(`POST\n/\n\n${lines}\n${bodyHash}`)
  const signature = createHmac('sha256', key).update(canonical).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIDBENCH/${SCOPE}, Signature=${signature}`
  return [...headers, ['authorization', authorization]]
}
