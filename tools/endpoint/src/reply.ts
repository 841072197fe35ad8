import type { ServerResponse } from 'node:http'
import type { ServiceError } from './service-error.ts'

/** The error, worded and named as the service does it. */
export function replyError(response: ServerResponse, { status, code, body }: ServiceError): void {
  response.setHeader('x-amzn-requestid', crypto.randomUUID())
  if (code !== undefined) response.setHeader('x-amzn-errortype', code)
  response.setHeader('content-type', 'application/json')
  response.writeHead(status).end(JSON.stringify(body))
}

export interface Reply {
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly variant: string
  /** The service gives back the attributes that came, where the container sets none. */
  readonly customAttributes: string | undefined
}

/** The container's answer, whole. */
export function reply(response: ServerResponse, { body, ...head }: Reply): void {
  writeHead(response, head, Buffer.byteLength(body))
  response.end(body)
}

/** The container's answer of which half arrives before the connection is gone. */
export function replyCut(response: ServerResponse, { body, ...head }: Reply): void {
  writeHead(response, head, Buffer.byteLength(body))
  response.write(body.slice(0, Math.floor(body.length / 2)), () => response.destroy())
}

/** No answer: the connection is reset. */
export function replyReset(response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

function writeHead(response: ServerResponse, head: Omit<Reply, 'body'>, bytes: number): void {
  response.setHeader('x-amzn-requestid', crypto.randomUUID())
  response.setHeader('x-amzn-invoked-production-variant', head.variant)
  if (head.customAttributes !== undefined) {
    response.setHeader('x-amzn-sagemaker-custom-attributes', head.customAttributes)
  }
  response.setHeader('content-type', head.contentType)
  if (head.status !== 204) response.setHeader('content-length', bytes)
  response.writeHead(head.status)
}
