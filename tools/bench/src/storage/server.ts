/*
 * A process of its own, so that what serving costs is not charged to the reader: `plain <bytes> [row]` is
 * an HTTP server of one row again and again that is faster than the emulator and honours Range and
 * If-Match; `emulator` is the S3 of the tests, whose URL holds its keys. Prints its URL,
 * and ends when standard input does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startCloud, withKeysInUrls } from '@millrace/cloud'

const [kind, size, row = '0.12,0.5,17,0.003,1e-7,42\n'] = process.argv.slice(2)
/** Of whole rows. */
const block = Buffer.from(row.repeat(Math.floor((16 * 1024 * 1024) / row.length)))
const etag = '"pinned"'

if (kind === 'emulator') {
  const cloud = await startCloud({ buckets: ['bucket'] })
  console.log(withKeysInUrls(cloud.env).AWS_ENDPOINT_URL_S3)
} else {
  const server = createServer(serve).listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
}
process.stdin.resume().on('end', () => process.exit())

function serve(request: IncomingMessage, response: ServerResponse): void {
  const condition = request.headers['if-match']
  if (condition !== undefined && condition !== etag) return void response.writeHead(412).end()
  const bytes = Number(size)
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  const start = Number(first ?? 0)
  const end = last === undefined ? bytes : Number(last) + 1
  const headers = { etag, 'content-length': end - start, 'accept-ranges': 'bytes' }
  const contentRange = { 'content-range': `bytes ${start}-${end - 1}/${bytes}` }
  if (first === undefined) response.writeHead(200, headers)
  else response.writeHead(206, { ...headers, ...contentRange })
  if (request.method === 'HEAD') response.end()
  else give(response, start, end)
}

/** Hands out views of one block, a megabyte at a time, as fast as the socket takes them. */
function give(response: ServerResponse, start: number, end: number): void {
  let at = start
  while (at < end) {
    const from = at % block.length
    const piece = block.subarray(from, from + Math.min(end - at, 1024 * 1024))
    at += piece.length
    if (!response.write(piece)) return void response.once('drain', () => give(response, at, end))
  }
  response.end()
}
