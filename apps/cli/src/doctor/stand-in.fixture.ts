import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StandInOptions {
  /** A refusal of every call, by its code. */
  readonly error?: string
  readonly message?: string
  /** The operations that are refused; default: all. */
  readonly refused?: RegExp
  /** The answer to every call, when it is no refusal. */
  readonly answer?: object
  /** Who asks STS, when it is no refusal. */
  readonly arn?: string
  /** How far the service's clock is ahead of this machine's. */
  readonly clockSeconds?: number
}

/** Stands for any AWS service on loopback, with one answer for every call. */
export async function startStandIn(
  options: StandInOptions,
): Promise<AsyncDisposable & { readonly url: string }> {
  const { message = 'refused', refused = /./, answer, arn, clockSeconds = 0 } = options
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      const date = new Date(Date.now() + clockSeconds * 1_000).toUTCString()
      const operation = String(request.headers['x-amz-target'])
      const error = refused.test(operation) ? options.error : undefined
      // The query protocol of STS answers in XML, the others in JSON.
      const isQuery = request.headers['content-type']?.includes('urlencoded') === true
      const body = isQuery
        ? error === undefined
          ? `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`
          : `<ErrorResponse><Error><Code>${error}</Code><Message>${message}</Message></Error></ErrorResponse>`
        : JSON.stringify(error === undefined ? answer : { __type: error, message })
      response.writeHead(error === undefined ? 200 : 400, {
        date,
        'content-type': isQuery ? 'text/xml' : 'application/x-amz-json-1.1',
      })
      response.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => close(server) }
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
