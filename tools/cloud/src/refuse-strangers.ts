import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'

/*
 * A port of loopback is open to every user of the machine and to every page in their browsers. A page may
 * send a form to any address without being asked, and a name of its own may lead to 127.0.0.1, from where it
 * reads the answers too. What stands here gives orders to apps that read and write the user's files.
 */

/**
 * Stands between a server and its sockets, and answers 403 to whatever does not name the key, comes from a
 * page of a browser, or calls the server by a name that is not this machine's.
 */
export function refuseStrangers(server: Server, accessKeyId: string): void {
  const handle = server.listeners('request')[0] as RequestListener
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    const reason = refusal(request, accessKeyId)
    if (reason === undefined) handle(request, response)
    else answer(request, response, reason)
  })
}

function refusal(request: IncomingMessage, accessKeyId: string): string | undefined {
  const { origin, host = '', 'content-type': type = '' } = request.headers
  if (origin !== undefined) return 'Requests of a page in a browser are refused.'
  if (!isLoopback(host)) return 'The host header does not name this machine.'
  if (type.startsWith('application/x-www-form-urlencoded')) return 'Forms are refused.'
  if (!isSame(keyOf(request), accessKeyId)) {
    return 'The security token included in the request is invalid.'
  }
  return undefined
}

/** By any port: a proxy on this machine keeps the one that it was called by. */
function isLoopback(host: string): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host)
}

/** The access key id of the signature, in the header or, presigned, in the query. */
function keyOf({ headers, url = '' }: IncomingMessage): string {
  const { authorization } = headers
  if (authorization !== undefined) return /Credential=([^/,\s]+)\//.exec(authorization)?.[1] ?? ''
  const query = new URLSearchParams(url.split('?')[1])
  return query.get('X-Amz-Credential')?.split('/')[0] ?? ''
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** As SQS and DynamoDB say it, or as S3 does. What is left of the request is not waited for. */
function answer(request: IncomingMessage, response: ServerResponse, message: string): void {
  const isJson = request.headers['x-amz-target'] !== undefined
  const __type = 'com.amazon.coral.service#UnrecognizedClientException'
  const body = isJson
    ? JSON.stringify({ __type, message })
    : `<?xml version="1.0" encoding="UTF-8"?><Error><Code>InvalidAccessKeyId</Code><Message>${message}</Message></Error>`
  const type = isJson ? 'application/x-amz-json-1.0' : 'application/xml'
  response.writeHead(403, { 'content-type': type, connection: 'close' }).end(body)
}
