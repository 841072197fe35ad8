import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'

/*
 * AWS Signature Version 4 for one region and service.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

export interface SigningCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface SignableRequest {
  readonly method: string
  /** As sent: encoded once. */
  readonly path: string
  /** Names in lower case and in order; values as sent. Name, value, name, value, … */
  readonly headers: readonly string[]
  /** SHA-256 of the body, in hexadecimal. */
  readonly bodyHash: string
}

/** Gives the `authorization` header. */
export type Sign = (
  request: SignableRequest,
  credentials: SigningCredentials,
  /** `20261125T020218Z`, the value of the request's `x-amz-date`. */
  amzDate: string,
) => string

const ALGORITHM = 'AWS4-HMAC-SHA256'

/** The key of a day is derived once, four hashes less for each request. */
export function createSign(region: string, service: string): Sign {
  let key: KeyObject | undefined
  let keyOf = ''

  return ({ method, path, headers, bodyHash }, credentials, amzDate) => {
    const day = amzDate.slice(0, 8)
    const scope = `${day}/${region}/${service}/aws4_request`
    const { names, lines } = canonicalHeaders(headers)
    const canonical = `${method}\n${canonicalPath(path)}\n\n${lines}\n${names}\n${bodyHash}`
    const text = `${ALGORITHM}\n${amzDate}\n${scope}\n${hash('sha256', canonical)}`
    const wanted = `${day} ${credentials.accessKeyId} ${credentials.secretAccessKey}`
    if (key === undefined || keyOf !== wanted) {
      key = keyOfDay(credentials.secretAccessKey, day, region, service)
      keyOf = wanted
    }
    const signature = createHmac('sha256', key).update(text).digest('hex')
    return `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  }
}

/** `20261125T020218Z`. */
export function amzDateOf(atMs: number): string {
  const second = Math.floor(atMs / 1_000)
  if (second !== latest.second) {
    const text = new Date(second * 1_000).toISOString()
    latest = { second, amzDate: `${text.slice(0, 19).replaceAll(/[-:]/g, '')}Z` }
  }
  return latest.amzDate
}

/** Thousands of requests are signed in a second. */
let latest = { second: Number.NaN, amzDate: '' }

/** A KeyObject, because an HMAC over a raw key costs ten microseconds more. */
function keyOfDay(secret: string, day: string, region: string, service: string): KeyObject {
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>(
    (parent, part) => createHmac('sha256', parent).update(part).digest(),
    Buffer.from(`AWS4${secret}`),
  )
  return createSecretKey(key)
}

function canonicalHeaders(headers: readonly string[]): { names: string; lines: string } {
  let names = ''
  let lines = ''
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    names += at === 0 ? name : `;${name}`
    lines += `${name}:${canonicalValue(headers[at + 1] ?? '')}\n`
  }
  return { names, lines }
}

const canonicalValue = (value: string): string =>
  / {2}|^ | $|\t/.test(value) ? value.trim().replaceAll(/\s+/g, ' ') : value

/** Encoded a second time, as every service but S3 has it. */
const canonicalPath = (path: string): string =>
  /^[A-Za-z0-9/._~-]*$/.test(path)
    ? path
    : path
        .split('/')
        .map((segment) =>
          encodeURIComponent(segment).replaceAll(
            /[!'()*]/g,
            (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
          ),
        )
        .join('/')
