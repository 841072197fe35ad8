import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createAnswerReader, type WholeAnswer } from './read-answer.ts'
import { atTurnEnd } from './turn-end.ts'
import type { AnswerLimits } from './wire.ts'
import { AnswerTooSlow, WireError } from './wire-error.ts'

/*
 * One connection to a service, for one request after the other:
 *
 *     connecting ──▶ idle ◀── whole answer, may be kept ── busy
 *                     │  ─────────── exchange ───────────▶  │
 *                     └──▶ closed ◀── all else ─────────────┘
 */

export interface Connection {
  /** False once it has ended, whoever ended it. */
  readonly isOpen: boolean
  /**
   * Sends one request and reads its answer; one at a time. Where it fails, on abort and in time, the
   * connection is closed, so that no answer comes late to another request.
   */
  exchange(
    request: { readonly head: string; readonly body: Uint8Array },
    limits: AnswerLimits,
    signal: AbortSignal,
  ): Promise<WholeAnswer>
  close(): void
}

/** An answer of a batch fits; a page of a table comes in a few. */
const READ_BYTES = 32 * 1024
const KEEP_ALIVE_PROBE_MS = 60_000

/** Connects. On abort rejects with the signal's reason. */
export async function openConnection(
  origin: URL,
  tls: TlsSession,
  connectTimeoutMs: number,
  signal: AbortSignal,
): Promise<Connection> {
  let onBytes: (bytes: Buffer) => void = () => {}
  const socket = openSocket(origin, tls, (bytes) => onBytes(bytes))
  socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_PROBE_MS)
  const connection = speakOver(socket)
  onBytes = connection.onBytes
  await connected(socket, origin, connectTimeoutMs, signal)
  socket.unref()
  return connection
}

/** The latest session of a service, which makes the next handshake a short one. */
export interface TlsSession {
  session?: Buffer
}

/** Whose bytes are read into memory of its own, again and again. */
function openSocket(origin: URL, tls: TlsSession, onBytes: (bytes: Buffer) => void): Socket {
  const memory = Buffer.allocUnsafeSlow(READ_BYTES)
  const callback = (bytes: number): boolean => {
    onBytes(memory.subarray(0, bytes))
    return true
  }
  const host = origin.hostname.replace(/^\[|\]$/g, '')
  const isSecure = origin.protocol === 'https:'
  const port = Number(origin.port || (isSecure ? 443 : 80))
  const to = { host, port, onread: { buffer: memory, callback } }
  if (!isSecure) return connectTcp(to)
  const { session } = tls
  return connectTls({
    ...to,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 && { servername: host }),
    ...(session !== undefined && { session }),
  }).on('session', (latest) => {
    tls.session = latest
  })
}

async function connected(
  socket: Socket,
  { protocol, host }: URL,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = () => socket.destroy(signal.reason as Error)
  const isLate = () => {
    const message = `connect ${host}: not connected within ${timeoutMs} ms`
    socket.destroy(new WireError('ERR_CONNECT_TIMEOUT', message))
  }
  const timer = setTimeout(isLate, timeoutMs)
  signal.addEventListener('abort', abort, { once: true })
  socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', resolve)
  socket.once('error', reject)
  socket.once('close', () => reject(closed()))
  try {
    await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    socket.off('error', reject)
  }
}

interface Exchange {
  readonly reader: ReturnType<typeof createAnswerReader>
  readonly resolve: (answer: WholeAnswer) => void
  readonly reject: (reason: unknown) => void
}

function speakOver(socket: Socket): Connection & { onBytes(bytes: Buffer): void } {
  let going: Exchange | undefined
  const fail = (reason: unknown): void => {
    going?.reject(reason)
    going = undefined
    socket.destroy()
  }
  const take = (read: () => WholeAnswer | undefined): void => {
    try {
      const answer = read()
      if (answer === undefined) return
      going?.resolve(answer)
      going = undefined
      // It has answered before it has heard all of the request: what is left would be taken for another.
      if (answer.keepMs === 0 || socket.writableLength > 0) socket.destroy()
    } catch (error) {
      fail(error)
    }
  }
  // What a connection says unasked, before it ends, is for nobody.
  const onBytes = (bytes: Buffer): void => {
    const { reader } = going ?? {}
    if (reader === undefined) socket.destroy()
    else take(() => reader.push(bytes))
  }
  const onEnd = (): void => {
    take(() => going?.reader.end())
    fail(closed())
  }
  socket
    .on('error', fail)
    .on('end', onEnd)
    .on('close', () => fail(closed()))

  return {
    onBytes,
    get isOpen() {
      return !socket.destroyed && socket.writable
    },
    close: () => socket.destroy(),
    async exchange({ head, body }, { timeoutMs, answerBytesMax, memory }, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<WholeAnswer>()
      going = { reader: createAnswerReader(answerBytesMax, memory), resolve, reject }
      const abort = () => fail(signal.reason)
      const timer = setTimeout(() => fail(new AnswerTooSlow(timeoutMs)), timeoutMs)
      signal.addEventListener('abort', abort, { once: true })
      // While a turn or a connection was waited for, which nobody is told of any more.
      if (signal.aborted) abort()
      socket.ref()
      atTurnEnd(() => send(socket, head, body))
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        socket.unref()
      }
    },
  }
}

/** Not of what has failed in the meantime. */
function send(socket: Socket, head: string, body: Uint8Array): void {
  if (socket.destroyed) return
  socket.cork()
  socket.write(head, 'latin1')
  socket.write(body)
  socket.uncork()
}

const closed = (): WireError =>
  new WireError('ECONNRESET', 'the other side has closed the connection')
