import { hash } from 'node:crypto'
import type { Origin } from './origin.ts'
import type { RawAnswer } from './read-answer.ts'
import { type ServiceError, serviceErrorOf } from './service-error.ts'
import { amzDateOf, createSign, type Sign, type SigningCredentials } from './sign-request.ts'
import type { Wire } from './wire.ts'

export interface SignedSendOptions {
  /** The service's name in a signature. */
  readonly service: string
  /** A provider of AWS's chain, which keeps keys until they are old. */
  readonly credentials: (renew?: { readonly forceRefresh: true }) => Promise<Credentials>
  /** Asked once, with the first request. */
  readonly open: (credentials: Credentials) => Promise<Link>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** From a request's first byte to its answer's last. */
  readonly timeoutMs: number
  readonly answerBytesMax: number
  /** Of a long answer, as a wire takes it. */
  readonly memory?: (bytes: number) => Buffer
}

export interface Credentials extends SigningCredentials {
  readonly sessionToken?: string
  readonly accountId?: string
}

export interface Link extends Origin {
  readonly wire: Wire
  /** Mostly where the service is. */
  readonly signingRegion: string
}

/** A POST. Headers are name, value, name, value, …, with names in lower case and in order. */
export interface SignedRequest {
  readonly path: string
  /** Those that come before `host`. */
  readonly headersBefore: readonly string[]
  /** Those that come after `x-amz-security-token`. */
  readonly headersAfter: readonly string[]
  /** Not copied: must not change until the answer is there. */
  readonly body: Uint8Array
  /** SHA-256 of the body in hexadecimal, where it is known already. */
  readonly bodyHash?: string
}

export interface SignedSend {
  /**
   * @throws {ServiceError} for an answer that says no; those of `Wire` for no answer.
   */
  (request: SignedRequest, signal: AbortSignal): Promise<RawAnswer>
  close(): Promise<void>
}

/** A clock that is off by more than this is refused by AWS after fifteen minutes; smaller is noise. */
export const SKEW_MIN_MS = 4 * 60_000
const USER_AGENT = 'millrace/1'

/**
 * Sends requests with AWS's credentials, but signed and sent by the shortest way: a body is hashed
 * once and written to the socket as it is.
 *
 * Refused for keys that have expired or for a clock that is off, it renews the keys or follows the
 * service's clock and asks once more; such a request has been looked at and not been done.
 */
export function createSignedSend(options: SignedSendOptions): SignedSend {
  let link: Promise<OpenLink> | undefined
  let skewMs = 0

  const send = async (request: SignedRequest, signal: AbortSignal): Promise<RawAnswer> => {
    signal.throwIfAborted()
    const { answer, signedSkewMs } = await sendOnce(request, signal, false)
    const error = serviceErrorOf(answer)
    if (error === undefined) return answer
    const serverAt = Date.parse(answer.headers['date'] ?? '')
    // By the clock that it was signed by: another request may have been refused, and set it, in the meantime.
    const skewed = Math.abs(serverAt - options.now() - signedSkewMs) > SKEW_MIN_MS
    if (!mends(error, skewed)) throw error
    if (skewed) skewMs = serverAt - options.now()
    const { answer: again } = await sendOnce(request, signal, true)
    const errorAgain = serviceErrorOf(again)
    if (errorAgain !== undefined) throw errorAgain
    return again
  }

  return Object.assign(send, {
    close: async () => {
      const opened = await link?.catch(() => undefined)
      await opened?.wire.close()
    },
  })

  async function sendOnce(request: SignedRequest, signal: AbortSignal, renew: boolean) {
    const credentials = await options.credentials(renew ? { forceRefresh: true } : undefined)
    const to = await linkFor(credentials)
    const path = to.pathPrefix + request.path
    const signedSkewMs = skewMs
    const amzDate = amzDateOf(options.now() + signedSkewMs)
    const bodyHash = request.bodyHash ?? hash('sha256', request.body)
    const headers = headersOf(to, request, { bodyHash, amzDate, token: credentials.sessionToken })
    const authorization = to.sign({ method: 'POST', path, headers, bodyHash }, credentials, amzDate)
    headers.push('authorization', authorization, 'user-agent', USER_AGENT)
    const sent = { path, headers, body: request.body }
    return { answer: await to.wire.exchange(sent, options, signal), signedSkewMs }
  }

  /** One that could not be opened is opened anew. */
  async function linkFor(credentials: Credentials): Promise<OpenLink> {
    link ??= openLink(options, credentials)
    try {
      return await link
    } catch (error) {
      link = undefined
      throw error
    }
  }
}

interface OpenLink extends Link {
  readonly sign: Sign
}

async function openLink(options: SignedSendOptions, credentials: Credentials): Promise<OpenLink> {
  const link = await options.open(credentials)
  return { ...link, sign: createSign(link.signingRegion, options.service) }
}

/** In the order in which they are signed. */
function headersOf(
  { host }: Link,
  { headersBefore, headersAfter }: SignedRequest,
  { bodyHash, amzDate, token }: { bodyHash: string; amzDate: string; token: string | undefined },
): string[] {
  const headers = [...headersBefore, 'host', host, 'x-amz-content-sha256', bodyHash]
  headers.push('x-amz-date', amzDate)
  if (token !== undefined) headers.push('x-amz-security-token', token)
  headers.push(...headersAfter)
  return headers
}

/** With other keys, or by the service's clock, the same request may be taken. */
function mends({ name }: ServiceError, skewed: boolean): boolean {
  return OUTDATED.has(name) || (skewed && DENIED.has(name))
}

const OUTDATED = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'RequestTimeTooSkewed',
])

/** A signature of another time has no name of its own everywhere. */
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
])
