import type { Server } from 'node:http'
import { EndpointError } from './endpoint-error.ts'

/** @throws {EndpointError} `port_in_use`, `listen_failed`. */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE'
      const message = `listen on ${host}:${port}: ${inUse ? 'the port is in use' : cause.message}`
      reject(new EndpointError(inUse ? 'port_in_use' : 'listen_failed', message, { cause }))
    })
    server.listen(port, host, resolve)
  })
}

/** Ends every connection and frees the port. */
export async function closeServer(server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
}
