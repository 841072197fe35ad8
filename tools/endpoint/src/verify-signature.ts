import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** What a Signature Version 4 authorization says of itself. */
export interface Signature {
  readonly accessKeyId: string
  /** `<yyyymmdd>/<region>/sagemaker/aws4_request` */
  readonly scope: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

/** Reads an `Authorization` header; undefined when it is no Signature Version 4 of SageMaker. */
export function parseSignature(authorization: string): Signature | undefined {
  const match = AUTHORIZATION.exec(authorization)
  if (match === null) return undefined
  const [, accessKeyId = '', scope = '', signedHeaders = '', signature = ''] = match
  return { accessKeyId, scope, signedHeaders: signedHeaders.split(';'), signature }
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8}\/[a-z0-9-]+\/sagemaker\/aws4_request),\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})$/

/**
 * True when the secret key made the signature over this very request. The time is not held against a
 * clock. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSignedWith(
  secretAccessKey: string,
  signature: Signature,
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  payload: Buffer,
): boolean {
  const canonical = createHash('sha256').update(canonicalRequest(signature, request, payload))
  const date = headerText(request.headers['x-amz-date'])
  const text = ['AWS4-HMAC-SHA256', date, signature.scope, canonical.digest('hex')].join('\n')
  const key = signature.scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`)
  return timingSafeEqual(hmac(key, text), Buffer.from(signature.signature, 'hex'))
}

function canonicalRequest(
  { signedHeaders }: Signature,
  { method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  payload: Buffer,
): string {
  const lines = signedHeaders.map((name) => `${name}:${headerText(headers[name])}\n`)
  const hash = createHash('sha256').update(payload).digest('hex')
  // Every service but S3 encodes the path, which is encoded already, once more.
  const path = (url ?? '').split('/').map(encodeURIComponent).join('/')
  return [method, path, '', lines.join(''), signedHeaders.join(';'), hash].join('\n')
}

const headerText = (value: string | string[] | undefined): string =>
  [value ?? ''].flat().join(',').trim().replaceAll(/ +/g, ' ')

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest()
