import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkOptions } from './check-options.ts'
import { createServing } from './create-serving.ts'
import type { Endpoint, EndpointOptions } from './endpoint-options.ts'
import { closeServer, listen } from './listen.ts'
import { serveInvocation } from './serve-invocation.ts'

/**
 * Starts a local SageMaker endpoint that serves `options.model` on loopback.
 *
 * @throws {EndpointError} `option_invalid`, `port_in_use`, `listen_failed`.
 */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  checkOptions(options)
  const closing = new AbortController()
  const serving = createServing(options)
  const server = createServer((request, response) => {
    serveInvocation(serving, request, response, closing.signal).catch((error: unknown) => {
      response.destroy()
      // A client that went away and an endpoint that closes are no bugs.
      if (!request.errored && !closing.signal.aborted) throw error
    })
  })
  // A connection that we closed under a client's next request would look to it like a reset.
  server.keepAliveTimeout = 10 * 60_000
  await listen(server, options.port ?? 0, options.host ?? '127.0.0.1')
  const close = async () => {
    closing.abort()
    await closeServer(server)
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get stats() {
      return { ...serving.stats }
    },
    change(behaviour) {
      checkOptions({ ...serving.options, ...behaviour })
      serving.options = { ...serving.options, ...behaviour }
      serving.gate.admit()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
