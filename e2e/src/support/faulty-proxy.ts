import { createServer, connect, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '@millrace/testing'

/** What happens to what passes, each from 0 to 1 for one piece of data or one connection. */
export interface ProxyFaults {
  /** Each piece waits up to so long. */
  latencyMs: number
  /** A piece is followed by a reset of both sides. */
  reset: number
  /** Half of a piece arrives, then the connection ends. */
  cut: number
  /** From this piece on nothing more passes, and nobody is told: a half-open connection. */
  deaf: number
}

export interface FaultyProxy extends AsyncDisposable {
  readonly url: string
  readonly faults: ProxyFaults
  /** How often each fault has struck. */
  readonly struck: Readonly<Record<'reset' | 'cut' | 'deaf', number>>
  /** Resets every connection that is open now. */
  resetAll(): void
}

/** A TCP proxy on loopback in front of a service, which harms what passes through it. */
export async function startFaultyProxy(target: string, random: Random): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target)
  const faults: ProxyFaults = { latencyMs: 0, reset: 0, cut: 0, deaf: 0 }
  const struck = { reset: 0, cut: 0, deaf: 0 }
  const open = new Set<Socket>()

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    void pass(client, upstream)
    void pass(upstream, client)
  })
  const strikes = (kind: keyof typeof struck): boolean => {
    if (!random.chance(faults[kind])) return false
    struck[kind] += 1
    return true
  }
  async function pass(from: Socket, to: Socket): Promise<void> {
    let deaf = false
    try {
      for await (const piece of from as AsyncIterable<Buffer>) {
        if (deaf) continue
        if (faults.latencyMs > 0) await sleep(random.next() * faults.latencyMs)
        deaf = strikes('deaf')
        if (deaf) continue
        if (strikes('cut')) {
          to.end(piece.subarray(0, piece.length >> 1))
          return
        }
        if (!to.write(piece)) await once(to, 'drain')
        if (strikes('reset')) {
          from.resetAndDestroy()
          to.resetAndDestroy()
          return
        }
      }
      to.end()
    } catch {
      to.destroy()
    }
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const resetAll = (): void => open.forEach((socket) => socket.resetAndDestroy())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    struck,
    resetAll,
    async [Symbol.asyncDispose]() {
      resetAll()
      server.close()
      await once(server, 'close')
    },
  }
}
