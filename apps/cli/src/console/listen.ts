import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { CliError } from '../cli-error.ts'

export interface Listening extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string
}

/**
 * Serves an app to this machine alone.
 *
 * @param port a free one when it is 0.
 * @throws {CliError} when it cannot be had.
 */
export async function listen(app: Hono, port: number): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch, hostname: HOST })
  server.listen(port, HOST)
  try {
    await once(server, 'listening')
  } catch (cause) {
    const isTaken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
    const why = isTaken ? 'another process has it' : (cause as Error).message
    throw new CliError(`--port ${port}: ${why}`, {
      cause,
      hint: 'without --port a free one is taken',
    })
  }
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      // A browser keeps its connections open for minutes.
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
    },
  }
}

const HOST = '127.0.0.1'
