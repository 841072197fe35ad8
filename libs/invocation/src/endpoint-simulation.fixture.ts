import assert from 'node:assert/strict'
import { createConcurrencyControl } from './limiter/concurrency-control.ts'

/*
 * A simulation in events, without a clock of its own: an endpoint that serves `capacity` invocations
 * at once for `latencyMs` each, and throttles or queues the others; clients with more work than
 * they may send.
 */

export interface World {
  readonly capacityAt: (at: number) => number
  readonly latencyMs: number
  /**
   * Sigma of the log-normal factor of each service time. Default: all within a tenth of `latencyMs`;
   * 0: within a hundredth, so that what was sent together ends together.
   */
  readonly jitter?: number
  /** How much longer a service takes that begins when all slots but its own are busy; default 0. */
  readonly crowding?: number
  /** From then on each service takes so much longer, with as many slots. */
  readonly slowerFrom?: { readonly at: number; readonly factor: number }
  readonly overflow: 'throttles' | 'queues'
  readonly untilMs: number
  readonly clients: readonly {
    readonly from: number
    readonly max?: number
    readonly share?: number
  }[]
  readonly countFrom?: number
  readonly seed?: number
  /** Each client sees answers only so often, at moments of its own; default at once. */
  readonly looksEveryMs?: number
}

export interface Tally {
  served: number
  throttled: number
  limit: number
  /** Served in each second, from the first. */
  readonly bySecond: number[]
}

const THROTTLE_MS = 1
/** As `createLimiter` has it. */
const START = 4

/** Gives the tallies of the first two clients; of the only one, twice. */
export function simulate(world: World): [Tally, Tally] {
  const random = randomOf(world.seed ?? 7)
  const { looksEveryMs = 0 } = world
  const events = new Heap()
  let busy = 0
  const queue: (() => void)[] = []
  const clients = world.clients.map(({ from, max = 1_024, share = 1 }) => {
    const control = createConcurrencyControl({
      concurrencyMax: max,
      concurrencyStart: START,
      share,
      random,
    })
    const seconds = Math.ceil(world.untilMs / 1_000)
    const tally: Tally = {
      served: 0,
      throttled: 0,
      limit: 0,
      bySecond: Array.from({ length: seconds }, () => 0),
    }
    const looksFirstAt = looksEveryMs && random() * looksEveryMs
    const nextLook = (at: number): number =>
      Math.ceil((at - looksFirstAt) / looksEveryMs) * looksEveryMs + looksFirstAt
    let inFlight = 0
    let pausedUntil = 0
    const send = (at: number) => {
      if (at < pausedUntil) return
      while (inFlight < control.limit) {
        inFlight++
        invoke(at)
      }
      wakeInTime(at)
    }
    let wakes = false
    const wakeInTime = (now: number) => {
      if (wakes || control.wakeAt === undefined) return
      wakes = true
      events.push(Math.max(now + 1, control.wakeAt), (at) => {
        wakes = false
        control.wake(at, inFlight >= control.limit)
        send(at)
      })
    }
    const invoke = (at: number) => {
      const ticket = control.start(at, inFlight, 100)
      const serve = (now: number) => {
        busy++
        events.push(now + serviceMs(world, now, busy, random), (ended) => {
          busy--
          queue.shift()?.()
          if (looksEveryMs === 0) end(ended, 'answered')
          else events.push(nextLook(ended), (seen) => end(seen, 'answered'))
        })
      }
      const end = (ended: number, ending: 'answered' | 'throttled') => {
        const full = inFlight >= control.limit
        inFlight--
        control.end(ticket, { ending, at: ended, others: inFlight, full })
        const second = Math.floor(ended / 1_000)
        if (ending === 'answered') tally.bySecond[second] = (tally.bySecond[second] ?? 0) + 1
        if (ended >= (world.countFrom ?? 10_000)) {
          if (ending === 'answered') tally.served++
          else tally.throttled++
        }
        if (ending === 'throttled' && inFlight === 0) {
          pausedUntil = ended + 10 + 40 * random()
          events.push(pausedUntil, send)
        }
        tally.limit = control.limit
        send(ended)
      }
      events.push(at + 0.1 + 0.2 * random(), (now) => {
        if (busy < world.capacityAt(now)) serve(now)
        else if (world.overflow === 'throttles')
          events.push(now + THROTTLE_MS, (t) => end(t, 'throttled'))
        else queue.push(() => serve(events.now))
      })
    }
    events.push(from, send)
    return tally
  })
  events.runUntil(world.untilMs)
  const [first, second = first] = clients
  assert(first !== undefined && second !== undefined)
  return [first, second]
}

class Heap {
  now = 0
  readonly #items: { at: number; run: (at: number) => void }[] = []

  push(at: number, run: (at: number) => void): void {
    const items = this.#items
    items.push({ at, run })
    let child = items.length - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if ((items[parent]?.at ?? 0) <= at) break
      this.#swap(child, parent)
      child = parent
    }
  }

  runUntil(until: number): void {
    for (let next = this.#pop(); next !== undefined && next.at <= until; next = this.#pop()) {
      this.now = next.at
      next.run(next.at)
    }
  }

  #pop(): { at: number; run: (at: number) => void } | undefined {
    const items = this.#items
    const [top] = items
    const last = items.pop()
    if (top === undefined || last === undefined || items.length === 0) return top
    items[0] = last
    let parent = 0
    for (;;) {
      let least = parent
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if ((items[child]?.at ?? Infinity) < (items[least]?.at ?? Infinity)) least = child
      }
      if (least === parent) return top
      this.#swap(parent, least)
      parent = least
    }
  }

  #swap(a: number, b: number): void {
    const items = this.#items
    const [first, second] = [items[a], items[b]]
    if (first === undefined || second === undefined) return
    items[a] = second
    items[b] = first
  }
}

/** Numbers from 0 to 1, 1 excluded, that follow from the seed. */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function serviceMs(world: World, now: number, busy: number, random: () => number): number {
  const { latencyMs, slowerFrom, jitter, crowding = 0 } = world
  const slower = slowerFrom !== undefined && now >= slowerFrom.at ? slowerFrom.factor : 1
  const crowded = 1 + (crowding * busy) / world.capacityAt(now)
  return latencyMs * slower * crowded * jitterOf(jitter, random)
}

function jitterOf(sigma: number | undefined, random: () => number): number {
  if (sigma === undefined) return 0.9 + 0.2 * random()
  if (sigma === 0) return 1 + 0.01 * random()
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Math.exp(sigma * normal - (sigma * sigma) / 2)
}
