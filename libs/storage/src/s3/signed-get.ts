import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { PinnedObject } from '@millrace/job'
import type { Clock } from '../clock.ts'
import type { Origin } from './connection.ts'
import { bucketAndKey } from './place.ts'
import { conditionOf } from './version.ts'

/** A GET of one pinned object, signed, to which any `range` may still be added. */
export interface SignedGet {
  readonly origin: Origin
  /** Request line and headers, without the blank line that ends them. */
  readonly head: string
}

export interface SignedGets {
  of(object: PinnedObject, signal: AbortSignal): Promise<SignedGet>
  /** Signs anew at the next use, as after an answer that the credentials have expired. */
  forget(object: PinnedObject): void
}

const OBJECTS_MAX = 1_024
/** S3 takes a signature for 15 minutes; the SDK renews credentials 5 minutes before they end. */
const REUSE_MS = 4 * 60_000

/**
 * Signs one GET per object and uses it for all its ranges. The SDK does it, with its own endpoint
 * rules, credentials and signer; what it would send is caught before it is sent. SigV4 wants only
 * `host` and the `x-amz-` headers signed, so `range` and `if-match` are added afterwards (Amazon S3
 * API reference, "Authenticating Requests: Using the Authorization Header").
 */
export function createSignedGets(client: S3Client, clock: Clock): SignedGets {
  const known = new Map<string, { readonly get: Promise<SignedGet>; readonly until: number }>()
  return {
    async of(object, signal) {
      const key = keyOf(object)
      const found = known.get(key)
      if (found && clock.now() < found.until) return found.get
      const get = sign(client, object, signal)
      known.delete(key)
      known.set(key, { get, until: clock.now() + REUSE_MS })
      for (const oldest of known.keys()) if (known.size > OBJECTS_MAX) known.delete(oldest)
      get.catch(() => known.delete(key))
      return get
    },
    forget(object) {
      known.delete(keyOf(object))
    },
  }
}

const keyOf = ({ uri, version }: PinnedObject): string => `${version} ${uri}`

/** What the SDK's finished request looks like; `@smithy/types` names it `HttpRequest`. */
interface SdkRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly query?: Record<string, string | string[] | null>
  readonly headers: Record<string, string>
}

async function sign(client: S3Client, object: PinnedObject, signal: AbortSignal) {
  const condition = conditionOf(object.version)
  const versionId = 'VersionId' in condition ? { VersionId: condition.VersionId } : {}
  const command = new GetObjectCommand({ ...bucketAndKey(object.uri), ...versionId })
  let request: SdkRequest | undefined
  command.middlewareStack.add(
    () => async (args) => {
      request = args.request as SdkRequest
      return { response: undefined, output: { $metadata: {} } }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'catchSignedRequest' },
  )
  await client.send(command, { abortSignal: signal })
  if (!request) throw new Error('the SDK signed no request')
  return signedGet(request, 'IfMatch' in condition ? { 'if-match': condition.IfMatch } : {})
}

function signedGet(request: SdkRequest, condition: Record<string, string>): SignedGet {
  const secure = request.protocol === 'https:'
  const lines = Object.entries({ ...request.headers, ...condition }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return {
    origin: { secure, host: request.hostname, port: request.port ?? (secure ? 443 : 80) },
    head: [`GET ${request.path}${queryOf(request.query)} HTTP/1.1`, ...lines].join('\r\n'),
  }
}

function queryOf(query: SdkRequest['query'] = {}): string {
  const fields = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${escapeUri(name)}=${escapeUri(one ?? '')}`),
  )
  return fields.length === 0 ? '' : `?${fields.join('&')}`
}

/** As the signer escapes: RFC 3986, which leaves fewer characters as they are. */
const escapeUri = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
