import { hash } from 'node:crypto'
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import type { Dispatcher } from 'undici'
import { invocationErrorOf } from './classify-failure.ts'
import { collectAnswer, type RawAnswer } from './collect-answer.ts'
import type { InvocationAnswer, InvocationRequest, Invoke } from './invocation.ts'
import { configOf, type InvokeSdkOptions } from './invoke-sdk.ts'
import { resolveOrigin, type ServiceOrigin } from './service-origin.ts'
import { serviceErrorOf } from './service-error.ts'
import { amzDateOf, createSign } from './sign-request.ts'

export interface InvokeFastOptions extends InvokeSdkOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A clock that is off by more than this is refused by AWS after fifteen minutes; smaller is noise. */
const SKEW_MIN_MS = 4 * 60_000
const CONNECT_TIMEOUT_MS = 10_000
const KEEP_ALIVE_MS = 30_000

/**
 * Invokes with AWS's credentials, addresses and errors, but signed and sent by the shortest way: the
 * body is hashed once and written to the socket as it is.
 *
 * Refused for keys that have expired or for a clock that is off, it renews the keys or follows the
 * service's clock and asks once more; such a request has reached no container.
 */
export function createFastInvoke(options: InvokeFastOptions): Invoke & { close(): Promise<void> } {
  // For its credentials: the whole chain of providers, renewed before they expire.
  const client = new SageMakerRuntimeClient(configOf(options))
  const sign = createSign(options.region, 'sagemaker')
  let link: Promise<Link> | undefined
  let skewMs = 0

  const invoke: Invoke = async (request, signal) => {
    signal.throwIfAborted()
    const startedAt = performance.now()
    try {
      link ??= openLink(options)
      const raw = await sendTwice(await link, request, signal)
      return answerOf(raw, performance.now() - startedAt)
    } catch (error) {
      signal.throwIfAborted()
      throw invocationErrorOf(request.endpoint.name, error)
    }
  }

  return Object.assign(invoke, {
    close: async () => {
      client.destroy()
      const opened = await link?.catch(() => undefined)
      await opened?.dispatcher.destroy()
    },
  })

  async function sendTwice(to: Link, request: InvocationRequest, signal: AbortSignal) {
    const raw = await send(to, request, signal, false)
    const error = serviceErrorOf(raw)
    if (error === undefined) return raw
    const serverAt = Date.parse(raw.headers['date'] ?? '')
    const skewed = Math.abs(serverAt - options.now() - skewMs) > SKEW_MIN_MS
    const code = invocationErrorOf(request.endpoint.name, error).code
    const mends =
      code === 'credentials_expired' ||
      code === 'clock_skewed' ||
      (code === 'access_denied' && skewed)
    if (!mends) throw error
    if (skewed) skewMs = serverAt - options.now()
    const again = await send(to, request, signal, true)
    const errorAgain = serviceErrorOf(again)
    if (errorAgain !== undefined) throw errorAgain
    return again
  }

  async function send(to: Link, request: InvocationRequest, signal: AbortSignal, renew: boolean) {
    const credentials = await client.config.credentials(renew ? { forceRefresh: true } : undefined)
    const path = `${to.pathPrefix}/endpoints/${request.endpoint.name}/invocations`
    const amzDate = amzDateOf(options.now() + skewMs)
    const bodyHash = hash('sha256', request.body)
    const headers = headersOf(to, request, bodyHash, amzDate, credentials.sessionToken)
    const authorization = sign({ method: 'POST', path, headers, bodyHash }, credentials, amzDate)
    headers.push('authorization', authorization, 'user-agent', USER_AGENT)
    return await collectAnswer(
      to.dispatcher,
      { origin: to.origin, path, method: 'POST', headers, body: request.body },
      options.timeoutMs,
      signal,
    )
  }
}

const USER_AGENT = 'millrace/1'

interface Link extends ServiceOrigin {
  readonly dispatcher: Dispatcher
}

async function openLink(options: InvokeFastOptions): Promise<Link> {
  const origin = await resolveOrigin(configOf(options))
  const { proxies } = options
  const settings = {
    connections: options.connectionsMax,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  }
  // Loaded with the first invocation: a consumer receives before it invokes.
  const { EnvHttpProxyAgent, Pool } = await import('undici')
  const dispatcher =
    proxies?.http === undefined && proxies?.https === undefined
      ? new Pool(origin.origin, settings)
      : new EnvHttpProxyAgent({
          ...settings,
          httpProxy: proxies.http ?? '',
          httpsProxy: proxies.https ?? '',
          noProxy: proxies.no ?? '',
        })
  return { ...origin, dispatcher }
}

/** In the order in which they are signed. */
function headersOf(
  to: Link,
  { endpoint, customAttributes, inferenceId }: InvocationRequest,
  bodyHash: string,
  amzDate: string,
  sessionToken: string | undefined,
): string[] {
  const headers = [
    'accept',
    endpoint.accept,
    'content-type',
    endpoint.contentType,
    'host',
    to.host,
    'x-amz-content-sha256',
    bodyHash,
    'x-amz-date',
    amzDate,
  ]
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) headers.push(name, value)
  }
  add('x-amz-security-token', sessionToken)
  add('x-amzn-sagemaker-custom-attributes', customAttributes)
  add('x-amzn-sagemaker-inference-component', endpoint.inferenceComponent)
  add('x-amzn-sagemaker-inference-id', inferenceId)
  add('x-amzn-sagemaker-target-model', endpoint.model)
  add('x-amzn-sagemaker-target-variant', endpoint.variant)
  return headers
}

function answerOf(raw: RawAnswer, durationMs: number): InvocationAnswer {
  const variant = raw.headers['x-amzn-invoked-production-variant']
  return {
    body: raw.body,
    contentType: raw.headers['content-type'] ?? '',
    durationMs,
    ...(variant !== undefined && { variant }),
  }
}
