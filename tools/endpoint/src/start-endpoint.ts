import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type {
  Endpoint,
  EndpointBehaviour,
  EndpointOptions,
  EndpointStats,
} from './endpoint-options.ts'
import { EndpointError } from './endpoint-error.ts'
import { floatText } from './float-text.ts'
import { predict } from './predict.ts'
import { readCsv } from './read-csv.ts'
import {
  modelError,
  type ServiceError,
  serviceErrors,
  validationError,
  ACCOUNT,
} from './service-error.ts'

/**
 * Starts a local SageMaker endpoint that serves `options.model`.
 *
 * @throws {EndpointError} `port_in_use`, `listen_failed`.
 */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const stats = { invocations: 0, rows: 0, throttled: 0, inFlight: 0, inFlightMax: 0, faults: {} }
  const closed = new AbortController()
  const state: State = { options, stats, signal: closed.signal }
  const server = createServer((request, response) => {
    serve(state, request, response).catch(() => response.destroy())
  })
  // A client keeps its connections; one closed by us under its next request would look like a reset.
  server.keepAliveTimeout = 120_000
  await listen(server, options.port ?? 0)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get stats() {
      return { ...stats, faults: { ...stats.faults } }
    },
    change(behaviour) {
      state.options = { ...state.options, ...behaviour }
    },
    async close() {
      closed.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface State {
  options: EndpointOptions & EndpointBehaviour
  readonly stats: { -readonly [key in keyof EndpointStats]: EndpointStats[key] }
  readonly signal: AbortSignal
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE'
      const message = `listen on 127.0.0.1:${port}: ${inUse ? 'the port is in use' : cause.message}`
      reject(new EndpointError(inUse ? 'port_in_use' : 'listen_failed', message, { cause }))
    })
    server.listen(port, '127.0.0.1', resolve)
  })
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse) {
  const payload = await readBody(request)
  const { options, stats } = state
  const path = /^\/endpoints\/([^/?]+)\/invocations$/.exec(request.url ?? '')
  if (request.method !== 'POST' || path === null) {
    return sendError(response, { status: 404, code: 'UnknownOperationException', body: {} })
  }
  const name = decodeURIComponent(path[1]!)
  if (request.headers.authorization === undefined) {
    return sendError(response, serviceErrors.missingSignature)
  }
  if (name !== options.name) {
    const message = `Endpoint ${name} of account ${ACCOUNT} not found.`
    return sendError(response, validationError(message))
  }
  stats.invocations++
  if (payload.length > (options.payloadBytesMax ?? 6_291_456)) {
    return sendError(response, serviceErrors.tooLarge)
  }
  if (stats.inFlight >= (options.concurrencyMax ?? Infinity) + (options.queueMax ?? 0)) {
    stats.throttled++
    return sendError(response, serviceErrors.throttled)
  }
  if (options.outage === true) return sendError(response, serviceErrors.unavailable)
  stats.inFlight++
  stats.inFlightMax = Math.max(stats.inFlightMax, stats.inFlight)
  try {
    await answer(state, payload, response)
  } finally {
    stats.inFlight--
  }
}

async function answer(state: State, payload: Buffer, response: ServerResponse) {
  const { options } = state
  const csv = readCsv(payload, options.model.features)
  const rows = csv.kind === 'rows' ? csv.rows : 0
  const serviceMs = (options.latencyMs ?? 0) + rows * (options.perRowMs ?? 0)
  if (serviceMs > 0) await delay(serviceMs, undefined, { signal: state.signal })
  if (csv.kind === 'refused') {
    return sendError(response, modelError(options.name, csv.status, csv.message))
  }
  response.setHeader('x-Amzn-Invoked-Production-Variant', options.variant ?? 'AllTraffic')
  response.setHeader('x-amzn-RequestId', crypto.randomUUID())
  if (csv.kind === 'empty') return response.writeHead(204).end()
  const lines = Array.from(predict(options.model, csv.matrix), floatText)
  state.stats.rows += rows
  response.setHeader('content-type', 'text/csv; charset=utf-8')
  return response.end(`${lines.join('\n')}\n`)
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function sendError(response: ServerResponse, { status, code, body }: ServiceError) {
  if (code !== undefined) response.setHeader('x-amzn-errortype', code)
  response.setHeader('x-amzn-RequestId', crypto.randomUUID())
  response.setHeader('content-type', 'application/json')
  response.writeHead(status).end(JSON.stringify(body))
}
