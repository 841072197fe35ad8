import type { Dispatcher } from 'undici'

/** An HTTP answer, read to its end. */
export interface RawAnswer {
  readonly status: number
  /** Names in lower case; of a header that comes twice, the first value. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}

export interface AnswerLimits {
  readonly timeoutMs: number
  /** What is longer is no answer of the service. */
  readonly answerBytesMax: number
}

/**
 * Sends one request and reads its answer. A body of one chunk, which most are, is not copied.
 *
 * Rejects with undici's error, with one named `TimeoutError` after `timeoutMs`, or on abort with the
 * signal's reason; in each case the socket is closed, so that no answer comes late to another request.
 */
export async function collectAnswer(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  { timeoutMs, answerBytesMax }: AnswerLimits,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>()
  let controller: Dispatcher.DispatchController | undefined
  let status = 0
  let headers: Record<string, string | undefined> = {}
  let chunks: Buffer[] = []
  let bytes = 0
  const deadlineAt = performance.now() + timeoutMs
  const abort = () => {
    reject(signal.reason as Error)
    controller?.abort(signal.reason as Error)
  }
  signal.addEventListener('abort', abort, { once: true })
  dispatcher.dispatch(
    { ...request, headersTimeout: timeoutMs, bodyTimeout: timeoutMs },
    {
      onRequestStart(started) {
        controller = started
        if (signal.aborted) started.abort(signal.reason as Error)
      },
      onResponseStart(_, code, received) {
        status = code
        headers = singleValues(received)
      },
      onResponseData(at, chunk) {
        bytes += chunk.length
        chunks.push(chunk)
        if (bytes > answerBytesMax) at.abort(new RangeError(`answer over ${answerBytesMax} bytes`))
        else if (performance.now() > deadlineAt) at.abort(new AnswerTooSlow(timeoutMs))
      },
      onResponseEnd() {
        const [first = Buffer.alloc(0)] = chunks
        resolve({ status, headers, body: chunks.length > 1 ? Buffer.concat(chunks) : first })
      },
      onResponseError(_, error) {
        chunks = []
        reject(error)
      },
    },
  )
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

class AnswerTooSlow extends Error {
  override readonly name = 'TimeoutError'

  constructor(timeoutMs: number) {
    super(`no whole answer within ${timeoutMs} ms`)
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
