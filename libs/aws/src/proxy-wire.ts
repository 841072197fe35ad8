import { type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { gathered } from './answer-body.ts'
import type { Proxies } from './proxies.ts'
import type { RawAnswer } from './read-answer.ts'
import type { AnswerLimits, Wire, WireOptions } from './wire.ts'
import { AnswerTooSlow } from './wire-error.ts'

/** Goes by the proxy that is named for the origin. */
export function openProxyWire(
  origin: string,
  options: WireOptions & { readonly proxies: Proxies },
): Wire {
  const { connectionsMax, connectTimeoutMs, keepAliveMs, proxies } = options
  const agent = new EnvHttpProxyAgent({
    connections: connectionsMax,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    connect: { timeout: connectTimeoutMs },
    httpProxy: proxies.http ?? '',
    httpsProxy: proxies.https ?? '',
    noProxy: proxies.no ?? '',
  })
  return {
    exchange: async (request, limits, signal) =>
      await collectAnswer(agent, { ...request, origin, method: 'POST' }, limits, signal),
    close: async () => await agent.destroy(),
  }
}

/**
 * Sends one request and reads its answer.
 *
 * Rejects with undici's error, with one named `TimeoutError` after `timeoutMs`, or on abort with the
 * signal's reason; in each case the socket is closed, so that no answer comes late to another request.
 */
async function collectAnswer(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  { timeoutMs, answerBytesMax }: AnswerLimits,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>()
  let controller: Dispatcher.DispatchController | undefined
  let status = 0
  let headers: Record<string, string | undefined> = {}
  const body = gathered(answerBytesMax)
  let timer: NodeJS.Timeout | undefined
  const abort = () => {
    reject(signal.reason as Error)
    controller?.abort(signal.reason as Error)
  }
  signal.addEventListener('abort', abort, { once: true })
  dispatcher.dispatch(
    // One deadline for the whole answer: undici has one for the head and another for each piece after it.
    { ...request, headersTimeout: 0, bodyTimeout: 0 },
    {
      onRequestStart(started) {
        controller = started
        if (signal.aborted) started.abort(signal.reason as Error)
        clearTimeout(timer)
        timer = setTimeout(() => started.abort(new AnswerTooSlow(timeoutMs)), timeoutMs)
      },
      onResponseStart(_, code, received) {
        status = code
        headers = singleValues(received)
      },
      onResponseData(at, chunk) {
        try {
          body.add(chunk)
        } catch (error) {
          at.abort(error as Error)
        }
      },
      onResponseEnd() {
        resolve({ status, headers, body: body.joined() })
      },
      onResponseError: (_, error) => reject(error),
    },
  )
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

function singleValues(
  received: Record<string, string | string[] | undefined>,
): Record<string, string | undefined> {
  for (const name in received) {
    const value = received[name]
    if (Array.isArray(value)) received[name] = value[0]
  }
  return received as Record<string, string | undefined>
}
