import { EventEmitter } from 'node:events'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'

/** DynamoDB's own largest request is 16 MB. */
const BODY_BYTES_MAX = 16 * 1024 * 1024

/**
 * Stands between dynalite and its sockets, because dynalite throws, and so ends this process, when a
 * client dies in the middle of a request, and when its store is closed under a request.
 *
 * A request is handed over once its whole body is here. `drain` refuses new ones and waits until
 * dynalite has answered those it has.
 */
export function guardRequests(server: Server): { drain(): Promise<void> } {
  const handle = server.listeners('request')[0] as RequestListener
  server.removeAllListeners('request')
  let running = 0
  let drained: PromiseWithResolvers<void> | undefined

  server.on('request', (request, response) => {
    whenWhole(request, (body) => {
      if (drained !== undefined || body === undefined) {
        response.destroy()
        return
      }
      running += 1
      onEnd(response, () => {
        running -= 1
        if (running === 0) drained?.resolve()
      })
      handOver(handle, request, body, response)
    })
  })
  return {
    drain() {
      drained ??= Promise.withResolvers<void>()
      if (running === 0) drained.resolve()
      return drained.promise
    },
  }
}

/** Calls back once, with nothing when the body is too large; never when the client dies before. */
function whenWhole(request: IncomingMessage, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('error', () => {})
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk)
  })
  request.on('end', () => done(bytes <= BODY_BYTES_MAX ? Buffer.concat(chunks) : undefined))
}

/** dynalite ends each response with one call, whether or not anybody still listens. */
function onEnd(response: ServerResponse, ended: () => void): void {
  const end = response.end.bind(response)
  response.end = ((...args: Parameters<typeof end>) => {
    ended()
    return end(...args)
  }) as typeof response.end
}

function handOver(
  handle: RequestListener,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): void {
  const whole = Object.assign(new EventEmitter(), { method, url, headers })
  handle(whole as unknown as IncomingMessage, response)
  if (body.length > 0) whole.emit('data', body)
  whole.emit('end')
}
