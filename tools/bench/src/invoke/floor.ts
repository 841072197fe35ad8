import { createHash, createHmac } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { Pool } from 'undici'
import { AT_ONCE } from '../harness/cpu-rounds.ts'
import { body } from './data.ts'

/*
 * What an invocation costs at least: nothing but a signature and a way to the server. Nobody checks it
 * here, so it has as many hashes and bytes as one has, and no more.
 */

export interface Floor {
  invoke(): Promise<unknown>
  close(): unknown
}

const PATH = '/endpoints/bench/invocations'

/** Sockets that write a signed request and wait for the bytes of the answer. */
export function openSockets(url: string): Floor {
  const { hostname, port, host } = new URL(url)
  const free: Socket[] = Array.from({ length: AT_ONCE }, () => connect(Number(port), hostname))
  for (const socket of free) socket.setNoDelay(true)
  return {
    invoke: async () => {
      const socket = free.pop()
      if (socket === undefined) throw new RangeError('no socket is free')
      const { promise, resolve } = Promise.withResolvers<void>()
      socket.once('data', () => resolve())
      socket.cork()
      socket.write(headOf(host), 'latin1')
      socket.write(body)
      socket.uncork()
      await promise
      free.push(socket)
    },
    close: () => free.forEach((socket) => socket.destroy()),
  }
}

/** The usual client for it, as its guide has it. */
export function openUndici(url: string): Floor {
  const { host } = new URL(url)
  const pool = new Pool(url, { connections: AT_ONCE, pipelining: 1 })
  return {
    invoke: async () => {
      const headers = Object.fromEntries(signedHeaders(host))
      const answer = await pool.request({ path: PATH, method: 'POST', headers, body })
      return Buffer.from(await answer.body.arrayBuffer())
    },
    close: () => pool.close(),
  }
}

function headOf(host: string): string {
  const lines = signedHeaders(host).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${PATH} HTTP/1.1\r\n${lines.join('')}content-length: ${body.length}\r\n\r\n`
}

const key = createHmac('sha256', 'bench').update('day').digest()
const SCOPE = '20261125/us-east-1/sagemaker/aws4_request'

function signedHeaders(host: string): [string, string][] {
  const bodyHash = createHash('sha256').update(body).digest('hex')
  const headers: [string, string][] = [
    ['accept', 'text/csv'],
    ['content-type', 'text/csv'],
    ['host', host],
    ['x-amz-content-sha256', bodyHash],
    ['x-amz-date', new Date().toISOString()],
  ]
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('')
  const canonical = createHash('sha256').update(`POST\n/\n\n${lines}\n${bodyHash}`).digest('hex')
  const signature = createHmac('sha256', key).update(canonical).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIDBENCH/${SCOPE}, Signature=${signature}`
  return [...headers, ['authorization', authorization]]
}
