import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { renderConsole } from '../src/render-console.ts'

/** A request for anything but the page. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly body: unknown
}

/** What a path answers: a body, or a status with one; a function may take its time. */
export type Answered = object | ((asked: Asked) => object | Promise<object>)

export interface Stub extends AsyncDisposable {
  readonly url: string
  readonly key: string
  readonly asked: Asked[]
  /** By method and path, such as `GET /api/jobs`; may be changed at any time. */
  readonly answers: Map<string, Answered>
  stop(): Promise<void>
  /** On the same port again. */
  start(): Promise<void>
}

/** As an answer: that the server refuses. */
export const refused = (error: string, hint?: string) => ({
  status: 409,
  body: { error, ...(hint === undefined ? {} : { hint }) },
})

/** The page's server, which answers what it was told to. */
export async function startStub(answers: Readonly<Record<string, Answered>>): Promise<Stub> {
  const key = 'c0ffee'
  const asked: Asked[] = []
  const table = new Map(Object.entries(answers))
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = request
    if (url === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(renderConsole())
      return
    }
    const { authorization } = request.headers
    const body = await text(request)
    const one = {
      method,
      path: url,
      authorization,
      body: body === '' ? undefined : JSON.parse(body),
    }
    asked.push(one)
    send(response, authorization === `Bearer ${key}` ? await answerTo(one, table) : UNAUTHORIZED)
  }
  let server = await listen(handle, 0)
  const { port } = server.address() as AddressInfo
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  const start = async (): Promise<void> => {
    server = await listen(handle, port)
  }
  const url = `http://127.0.0.1:${port}`
  return { url, key, asked, answers: table, stop, start, [Symbol.asyncDispose]: stop }
}

const UNAUTHORIZED = { status: 401, body: { error: 'the key is missing' } }

async function answerTo(asked: Asked, answers: ReadonlyMap<string, Answered>): Promise<object> {
  const answer = answers.get(`${asked.method} ${asked.path}`)
  if (answer === undefined) return { status: 404, body: { error: `nothing at ${asked.path}` } }
  if (typeof answer !== 'function') return answer
  return await (answer as (asked: Asked) => object | Promise<object>)(asked)
}

function send(response: ServerResponse, answer: object): void {
  const { status, body } =
    'status' in answer && 'body' in answer ? answer : { status: 200, body: answer }
  response.statusCode = Number(status)
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  port: number,
): Promise<Server> {
  const server = createServer((request, response) => void handle(request, response))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
