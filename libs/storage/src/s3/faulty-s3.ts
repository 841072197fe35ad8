import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/*
 * For tests: an S3 that only reads, but checks what the emulators do not. It verifies each signature
 * as the Signature Version 4 specification has it, honours If-Match and Range, and fails on demand.
 */

/** What becomes of one GET instead of its answer. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly code?: string }
  | { readonly kind: 'reset' } // The connection ends before a byte of the answer.
  | { readonly kind: 'cut' } // The connection ends in the middle of the body.
  | { readonly kind: 'silent' } // No answer at all.
  | { readonly kind: 'stalled' } // Half of the body, and then nothing.
  | { readonly kind: 'whole' } // 200 with all of the object, as from a proxy that knows no ranges.
  | { readonly kind: 'chunked' } // The right bytes, of unstated length.
  | { readonly kind: 'shifted' } // A range that begins one byte later.
  | { readonly kind: 'last' } // The right answer, after which the connection is closed.

export interface FaultyS3 {
  readonly url: string
  /** By path as it stands in the request, such as `/bucket/key`. */
  readonly objects: Map<string, { readonly bytes: Buffer; readonly etag: string }>
  /** What is refused by path, whatever the method; as S3 has it, a HEAD is answered without the code. */
  readonly refused: Map<string, { readonly status: number; readonly code: string }>
  /** How far its clock is ahead of this machine's; it refuses requests of another time than its own, as S3 does. */
  readonly clock: { aheadMs: number }
  /** Taken by the next GETs, one each. */
  readonly faults: Fault[]
  /** Every request, as `METHOD path range`. */
  readonly requests: string[]
  /** Connections that were opened since the start. */
  connections(): number
  close(): Promise<void>
}

export const SECRET = 'a secret'

export async function startFaultyS3(): Promise<FaultyS3> {
  const sockets = new Set<Socket>()
  let opened = 0
  const s3 = {
    objects: new Map<string, { bytes: Buffer; etag: string }>(),
    refused: new Map<string, { status: number; code: string }>(),
    clock: { aheadMs: 0 },
    faults: [] as Fault[],
    requests: [] as string[],
  }
  const server = createServer((request, response) => answer(s3, request, response))
  server.on('connection', (socket) => {
    opened += 1
    sockets.add(socket)
    socket.on('error', () => {}) // A client that hangs up is part of the game.
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    ...s3,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => opened,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

type Answers = Pick<FaultyS3, 'objects' | 'refused' | 'clock' | 'faults' | 'requests'>

function answer(s3: Answers, request: IncomingMessage, response: ServerResponse): void {
  const { method = '', url = '', headers } = request
  s3.requests.push(`${method} ${url} ${headers.range ?? ''}`.trim())
  const nowMs = Date.now() + s3.clock.aheadMs
  response.setHeader('date', new Date(nowMs).toUTCString())
  if (!isSignedRight(request)) return refuse(response, 403, 'SignatureDoesNotMatch')
  if (!isOfTime(request, nowMs)) return refuse(response, 403, 'RequestTimeTooSkewed')
  const refused = s3.refused.get(url.replace(/\?.*/, ''))
  if (refused) return refuse(response, refused.status, refused.code)
  const object = s3.objects.get(url.replace(/\?.*/, ''))
  if (!object) return refuse(response, 404, 'NoSuchKey')
  const fault = method === 'GET' ? s3.faults.shift() : undefined
  if (fault?.kind === 'status') return refuse(response, fault.status, fault.code)
  if (fault?.kind === 'reset') return void request.socket.destroy()
  if (fault?.kind === 'silent') return
  const condition = headers['if-match']
  if (condition !== undefined && condition !== object.etag) {
    return refuse(response, 412, 'PreconditionFailed')
  }
  give(object.bytes, object.etag, fault, request, response)
}

function give(
  bytes: Buffer,
  etag: string,
  fault: Fault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  const isWhole = first === undefined || fault?.kind === 'whole'
  const start = isWhole ? 0 : Number(first) + (fault?.kind === 'shifted' ? 1 : 0)
  const body = bytes.subarray(start, isWhole ? bytes.length : Number(last) + 1)
  response.statusCode = isWhole ? 200 : 206
  response.setHeader('etag', etag)
  if (!isWhole) {
    response.setHeader('content-range', `bytes ${start}-${start + body.length - 1}/${bytes.length}`)
  }
  if (fault?.kind === 'last') response.setHeader('connection', 'close')
  if (fault?.kind === 'stalled') {
    response.setHeader('content-length', body.length)
    response.write(body.subarray(0, Math.ceil(body.length / 2)))
    return
  }
  if (fault?.kind === 'chunked') {
    response.write(body.subarray(0, 1))
    response.end(body.subarray(1))
    return
  }
  response.setHeader('content-length', body.length)
  if (request.method === 'HEAD') response.end()
  else if (fault?.kind !== 'cut') response.end(body)
  else response.write(body.subarray(0, body.length >> 1), () => request.socket.destroy())
}

function refuse(response: ServerResponse, status: number, code?: string): void {
  response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'R1' })
  response.end(code === undefined ? '' : `<Error><Code>${code}</Code><Message>no</Message></Error>`)
}

/** By its own clock; quarter of an hour is what S3 allows. */
function isOfTime({ headers }: IncomingMessage, nowMs: number): boolean {
  const [, ...parts] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date'])) ?? []
  const [year = 0, month = 0, ...rest] = parts.map(Number)
  return Math.abs(Date.UTC(year, month - 1, ...rest) - nowMs) <= 15 * 60_000
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function isSignedRight({ method = '', url = '', headers }: IncomingMessage): boolean {
  const [, credential = '', names = '', signature] =
    /Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(
      headers.authorization ?? '',
    ) ?? []
  const [path = '', query = ''] = url.split('?')
  const canonical = [
    method,
    path,
    query.split('&').toSorted().join('&'),
    ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    headers['x-amz-content-sha256'],
  ].join('\n')
  const [, ...scope] = credential.split('/')
  const hash = createHash('sha256').update(canonical).digest('hex')
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope.join('/'), hash].join('\n')
  const key = scope.reduce<string | Buffer>((secret, word) => hmac(secret, word), `AWS4${SECRET}`)
  return hmac(key, text).toString('hex') === signature
}

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest()
