import { type Connection, openConnection, type TlsSession } from './connection.ts'
import { requestHead } from './request-head.ts'
import { createSlots } from './slots.ts'
import type { Wire, WireOptions } from './wire.ts'
import { WireError } from './wire-error.ts'

/** Of those that wait for a request, the one that was used last is used next. */
interface Idle {
  readonly connection: Connection
  readonly until: number
}

/**
 * Connections of our own to one origin, since a service needs little of HTTP: a POST, and an answer of
 * known length. An HTTP library's request costs several times what is sent and read here.
 */
export function openSocketWire(originUrl: string, options: WireOptions): Wire {
  const origin = new URL(originUrl)
  const slots = createSlots(options.connectionsMax)
  const tls: TlsSession = {}
  const busy = new Set<Connection>()
  const closing = new AbortController()
  let idle: Idle[] = []
  let sweeping: NodeJS.Timeout | undefined

  return {
    async exchange({ path, headers, body }, limits, signal) {
      signal.throwIfAborted()
      const head = requestHead(path, headers, body.length)
      const turn = slots.take(signal)
      if (turn !== undefined) await turn
      try {
        const connection = takeIdle() ?? (await connect(signal))
        const answer = await asBusy(connection, connection.exchange({ head, body }, limits, signal))
        keep(connection, answer.keepMs)
        return answer
      } finally {
        slots.giveBack()
      }
    },
    async close() {
      clearTimeout(sweeping)
      closing.abort(new WireError('ECONNRESET', 'the connections of this process are closed'))
      for (const connection of busy) connection.close()
      for (const { connection } of idle) connection.close()
    },
  }

  function connect(signal: AbortSignal): Promise<Connection> {
    const either = AbortSignal.any([signal, closing.signal])
    either.throwIfAborted()
    return openConnection(origin, tls, options.connectTimeoutMs, either)
  }

  async function asBusy<T>(connection: Connection, exchange: Promise<T>): Promise<T> {
    busy.add(connection)
    try {
      return await exchange
    } finally {
      busy.delete(connection)
    }
  }

  function takeIdle(): Connection | undefined {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (last.connection.isOpen && last.until > performance.now()) return last.connection
      last.connection.close()
    }
    return undefined
  }

  function keep(connection: Connection, keepMs: number): void {
    if (closing.signal.aborted) connection.close()
    if (!connection.isOpen) return
    const ms = Math.min(keepMs, options.keepAliveMs)
    idle.push({ connection, until: performance.now() + ms })
    sweeping ??= setTimeout(sweep, options.keepAliveMs).unref()
  }

  /** Ends those that nobody has used for long. */
  function sweep(): void {
    const now = performance.now()
    const isKept = ({ connection, until }: Idle) => connection.isOpen && until > now
    for (const one of idle) if (!isKept(one)) one.connection.close()
    idle = idle.filter(isKept)
    sweeping = idle.length === 0 ? undefined : setTimeout(sweep, options.keepAliveMs).unref()
  }
}
