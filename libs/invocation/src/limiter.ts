import { InvocationError } from './invocation-error.ts'

/**
 * Adaptive concurrency for one endpoint, shared by everything in the process.
 *
 * The circuit has one state:
 *
 *     closed ── too many failures in a row ──▶ open ── cool-off over ──▶ probing
 *        ▲                                       ▲                         │ │
 *        └────────── probe answered ─────────────┼─────────────────────────┘ │
 *                                                └────── probe failed ───────┘
 */
export interface Limiter {
  /** Runs `work` when there is room. Waits while the circuit is open. On abort, rejects with its reason. */
  run<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>
  readonly state: LimiterState
  /** Resolves unless the circuit is open: at once, or when it wants its probe. */
  ready(signal: AbortSignal): Promise<void>
  /** Changes the maximum of a running limiter; never below one. */
  setMax(concurrencyMax: number): void
}

export interface LimiterState {
  /** Invocations at once, now; a whole number, at least 1. */
  readonly limit: number
  readonly inFlight: number
  readonly waiting: number
  /** Throttles since the start. */
  readonly throttles: number
  readonly circuit: Circuit
}

export type Circuit = 'closed' | 'open' | 'probing'

export interface LimiterOptions {
  readonly concurrencyMax: number
  /** Invocations at once at the start. Default 4. */
  readonly concurrencyStart?: number
  /** The part of the endpoint's capacity that is used, from 0 to 1, so that live traffic keeps room. */
  readonly share?: number
  /** Milliseconds, from any origin. */
  readonly now: () => number
  /** Called after each change of limit or circuit. */
  readonly onChange?: (state: LimiterState) => void
}

const CONCURRENCY_START = 4
/** Failures in a row, without one answer between, that mean the endpoint is gone. */
const OUTAGE_FAILURES = 20
const COOL_OFF_START_MS = 1_000
const COOL_OFF_MAX_MS = 60_000

interface Waiter {
  start(): void
}

export function createLimiter(options: LimiterOptions): Limiter {
  let max = Math.max(1, options.concurrencyMax)
  let limit = Math.min(max, options.concurrencyStart ?? CONCURRENCY_START)
  let inFlight = 0
  let throttles = 0
  let circuit: Circuit = 'closed'
  let failuresInRow = 0
  let coolOffMs = COOL_OFF_START_MS
  let lastCutAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  const waiting: Waiter[] = []
  const gate = new Set<() => void>()

  const limiter: Limiter = {
    async run(work, signal) {
      signal.throwIfAborted()
      if (hasRoom() && waiting.length === 0) inFlight++
      else await waitForRoom(signal)
      const startedAt = options.now()
      try {
        const answer = await work(signal)
        succeeded()
        return answer
      } catch (error) {
        if (error instanceof InvocationError) failed(error, startedAt)
        throw error
      } finally {
        inFlight--
        grant()
      }
    },
    get state() {
      return { limit: wholeLimit(), inFlight, waiting: waiting.length, throttles, circuit }
    },
    async ready(signal) {
      while (limiter.state.circuit === 'open') await waitForProbing(signal)
    },
    setMax(concurrencyMax) {
      max = Math.max(1, concurrencyMax)
      limit = Math.min(limit, max)
      grant()
      changed()
    },
  }
  return limiter

  function wholeLimit(): number {
    return Math.max(1, Math.floor(limit * (options.share ?? 1)))
  }

  function hasRoom(): boolean {
    if (circuit === 'open') return false
    return inFlight < (circuit === 'probing' ? 1 : wholeLimit())
  }

  function grant(): void {
    while (waiting.length > 0 && hasRoom()) {
      inFlight++
      waiting.shift()?.start()
    }
  }

  async function waitForRoom(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter = { start: resolve }
    const abort = () => {
      const at = waiting.indexOf(waiter)
      if (at === -1) return
      waiting.splice(at, 1)
      reject(signal.reason as Error)
    }
    waiting.push(waiter)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  async function waitForProbing(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const abort = () => reject(signal.reason as Error)
    gate.add(resolve)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await promise
    } finally {
      gate.delete(resolve)
      signal.removeEventListener('abort', abort)
    }
  }

  function succeeded(): void {
    failuresInRow = 0
    if (circuit !== 'closed') close()
    if (limit < max && inFlight >= wholeLimit()) {
      limit = Math.min(max, limit + 1 / limit)
      changed()
    }
  }

  function failed(error: InvocationError, startedAt: number): void {
    if (error.kind === 'rows') return succeeded()
    if (error.code === 'endpoint_throttled') throttles++
    const overload = error.kind === 'throttle' || error.code === 'invocation_timed_out'
    // What started before the last cut says nothing about the limit after it.
    if (overload && startedAt > lastCutAt) cut()
    if (error.kind === 'throttle') return
    failuresInRow++
    if (circuit === 'probing' || failuresInRow >= OUTAGE_FAILURES) open()
  }

  function cut(): void {
    limit = Math.max(1, limit * 0.75)
    lastCutAt = options.now()
    changed()
  }

  function open(): void {
    circuit = 'open'
    clearTimeout(timer)
    timer = setTimeout(probe, coolOffMs).unref()
    coolOffMs = Math.min(COOL_OFF_MAX_MS, coolOffMs * 2)
    changed()
  }

  function probe(): void {
    circuit = 'probing'
    for (const resolve of gate) resolve()
    changed()
    grant()
  }

  function close(): void {
    circuit = 'closed'
    coolOffMs = COOL_OFF_START_MS
    changed()
  }

  function changed(): void {
    options.onChange?.(limiter.state)
  }
}
