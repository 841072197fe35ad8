import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { createSink, createWorld } from '../test-data.fixture.ts'
import type { World } from '../world.ts'
import { openConsole } from './console.ts'
import type { ConsoleOptions } from './console-options.ts'

interface Asked {
  readonly method?: 'GET' | 'POST'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

export interface OpenConsole extends AsyncDisposable {
  readonly url: string
  readonly key: string
  /** By Node's own client, which lets a test say what host it calls. */
  ask(path: string, asked?: Asked): Promise<Answered>
  /** The same with the key, of an answer in JSON. */
  json(path: string, body?: unknown): Promise<{ status: number; body: unknown }>
  /** What it has told at its terminal beside the address. */
  readonly told: () => string
}

/** A console in this process, as at a terminal with this environment. */
export async function startConsole(
  env: World['env'],
  options: Partial<ConsoleOptions> = {},
): Promise<OpenConsole> {
  const ending = new AbortController()
  const { world, said } = createWorld(env)
  const { promise: printed, resolve } = Promise.withResolvers<string>()
  const { stream } = createSink()
  const stdout = Object.assign(stream, { write: (line: string) => resolve(line.trim()) as never })
  const ended = openConsole({ days: 7, ...options }, { ...world, stdout, stop: ending.signal })
  const address = await Promise.race([printed, ended.then(() => '')])
  const [url = '', key = ''] = address.split('/#key=')

  const ask: OpenConsole['ask'] = async (path, { method = 'GET', body, headers = {} } = {}) => {
    const sent = body === undefined ? undefined : JSON.stringify(body)
    const type = sent === undefined ? {} : { 'content-type': 'application/json' }
    const asking = request(`${url}${path}`, { method, headers: { ...type, ...headers } })
    const answer = await new Promise<IncomingMessage>((done, fail) =>
      asking.on('response', done).on('error', fail).end(sent),
    )
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      text: await text(answer),
    }
  }
  return {
    url,
    key,
    ask,
    json: async (path, body) => {
      const method = body === undefined ? 'GET' : 'POST'
      const headers = { authorization: `Bearer ${key}` }
      const answer = await ask(path, { method, body, headers })
      return { status: answer.status, body: JSON.parse(answer.text) as unknown }
    },
    told: said,
    async [Symbol.asyncDispose]() {
      ending.abort()
      await ended
    },
  }
}
