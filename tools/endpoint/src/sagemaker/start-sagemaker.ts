import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { endpointNameIn, isOfBrowser } from '../front-door.ts'
import { closeServer, listen } from '../listen.ts'
import { replyError, replyReset } from '../reply.ts'
import { serveInvocation } from '../serve-invocation.ts'
import { noSuchEndpoint, serviceErrors } from '../service-error.ts'
import { createAccount, Refusal } from './account.ts'
import { operate, subjectOf } from './operations.ts'
import type { Call, SageMaker, SageMakerOptions } from './sagemaker-options.ts'

/**
 * Starts a local SageMaker on loopback: endpoints of local models are created, serve for as long as they
 * are there, and are deleted, as by its API.
 *
 * @throws {EndpointError} `listen_failed`.
 */
export async function startSageMaker(options: SageMakerOptions): Promise<SageMaker> {
  const calls: Call[] = []
  const closing = new AbortController()
  let current = options
  const account = createAccount(
    () => current,
    () => performance.now(),
  )
  const server = createServer((request, response) => {
    const isControl = request.headers['x-amz-target'] !== undefined
    const answered = (isControl ? control : invoke)(request, response)
    answered.catch((error: unknown) => {
      response.destroy()
      // A client that went away and a service that closes are no bugs.
      if (!request.errored && !closing.signal.aborted) throw error
    })
  })

  async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = JSON.parse(await text(request)) as unknown
    if (isOfBrowser(request.headers)) return replyError(response, serviceErrors.ofBrowser)
    const operation = String(request.headers['x-amz-target']).replace(/^SageMaker\./, '')
    calls.push({ operation, name: subjectOf(input) })
    const refused = current.refuse?.(operation)
    if (refused !== undefined) return replyError(response, refused)
    try {
      const answer = operate(account, operation, input)
      if (current.losesAnswer?.(operation) === true) return replyReset(response)
      response.setHeader('content-type', 'application/x-amz-json-1.1')
      response.end(JSON.stringify(answer))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      replyError(response, error.answer)
    }
  }
  async function invoke(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = endpointNameIn(request.url) ?? ''
    const serving = account.servingOf(name)
    if (serving === undefined) {
      request.resume()
      return replyError(response, noSuchEndpoint(name))
    }
    await serveInvocation(serving, request, response, closing.signal)
  }
  await listen(server, 0, '127.0.0.1')
  const close = async (): Promise<void> => {
    closing.abort()
    await closeServer(server)
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    endpoints: () =>
      Object.fromEntries(
        account.endpointNames().map((name) => [name, account.describeEndpoint(name).status]),
      ),
    configs: account.configs,
    rowsScored: account.rowsScored,
    change(behaviour) {
      current = { ...current, ...behaviour }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
