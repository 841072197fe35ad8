import type { Event } from './event-queue.ts'
import type { Random } from './random.ts'
import type { Machine, VirtualTime } from './virtual-time.ts'

/** What may happen to one call on its way, each with its probability from 0 to 1. */
export interface LinkFaults {
  /** It never arrives; the caller sees a reset connection. */
  requestLost: number
  /** It is done, and the caller sees a reset connection. */
  responseLost: number
  /** The caller gives up waiting, and the request arrives after that. */
  arrivesLate: number
  /** The service answers that it is ill, or that it is asked too much. */
  refused: number
  /** The machine dies before the request leaves, or when the answer comes. */
  crash: number
  /** The machine freezes when the answer comes. */
  freeze: number
  /** The usual time of one way, in milliseconds; now and then it takes twenty times as long. */
  latencyMs: number
}

/**
 * A service that serves nobody takes no connection, says that it has no room, or says nothing; or it serves
 * each when the caller has given up.
 */
export type Away = 'unreachable' | 'refusing' | 'silent' | 'late'

export interface LinkOptions {
  readonly time: VirtualTime
  readonly random: Random
  readonly machine: Machine
  readonly faults: LinkFaults
  /** Of this machine's own way, where it is not as long as the others'. */
  readonly latencyMs?: number | undefined
  /** Ends the machine: called from within an event. */
  readonly crash: (machine: Machine) => void
  readonly freezeMs: () => number
  /** How the service of a call is away now, if it is. */
  readonly away?: (call: string) => Away | undefined
  /** Told of each fault as it happens. */
  readonly onFault: (kind: keyof LinkFaults, call: string) => void
}

export interface Call<T> {
  /** For people: `sqs DeleteMessageBatch`. */
  readonly name: string
  /** After this the caller has given up. */
  readonly timeoutMs: number
  /** What the service does, at one moment. It answers through `answer`, now or later, or throws. */
  serve(answer: (value: T) => void): void
  /** What it says instead when it refuses. */
  refusal(): Error
}

/** A machine's way to a service. On abort rejects with an AbortError; the request may be done by then. */
export type Link = <T>(call: Call<T>, signal: AbortSignal | undefined) => Promise<T>

/*
 *     caller ── leaves ──────▶ arrives: the service does it ──────▶ answer ──▶ caller
 *        ╳ dies        ╳ lost     ╳ refused        (late)      ╳ lost   ╳ dies, freezes
 */
export function createLink(options: LinkOptions): Link {
  const { time, random, machine, faults } = options
  const delay = (): number => {
    const usual = options.latencyMs ?? faults.latencyMs
    const slow = Math.max(usual, 20 * faults.latencyMs)
    return (0.5 + random.next()) * (random.chance(0.02) ? slow : usual)
  }
  const strikes = (kind: keyof LinkFaults, call: string): boolean => {
    if (!random.chance(faults[kind])) return false
    options.onFault(kind, call)
    return true
  }
  /** True when the machine is dead now. */
  const crashes = (call: string): boolean => {
    if (machine.dead) return true
    if (!strikes('crash', call)) return false
    options.crash(machine)
    return true
  }

  return <T>(call: Call<T>, signal: AbortSignal | undefined): Promise<T> => {
    if (signal?.aborted === true) return Promise.reject(abortError(signal))
    if (crashes(call.name)) return new Promise<T>(() => {})
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    let open = true
    let patience: Event | undefined
    const settle = (run: () => void): void => {
      if (!open) return
      open = false
      if (patience !== undefined) patience.run = undefined
      signal?.removeEventListener('abort', onAbort)
      run()
    }
    const onAbort = (): void => settle(() => reject(abortError(signal)))
    signal?.addEventListener('abort', onAbort, { once: true })
    const fail = (errorOf: () => Error, afterMs: number): Event =>
      time.afterOn(machine, afterMs, () => settle(() => reject(errorOf())))
    const respond = (run: () => void): void => {
      if (crashes(call.name)) return
      if (strikes('responseLost', call.name)) return void fail(reset, delay())
      if (strikes('freeze', call.name)) machine.frozenUntilMs = time.nowMs + options.freezeMs()
      time.afterOn(machine, delay(), () => settle(run))
    }
    const serveForNobody = (): void => {
      try {
        call.serve(() => {})
      } catch {
        // Whom it could be told has given up.
      }
    }
    const arrive = (): void => {
      const away = options.away?.(call.name)
      if (away === 'silent') return
      if (away === 'late')
        return void time.after(call.timeoutMs + random.log(1_000, 120_000), serveForNobody)
      if (away === 'unreachable') return void fail(reset, delay())
      if (away === 'refusing') return void fail(call.refusal, delay())
      if (strikes('refused', call.name)) return respond(() => reject(call.refusal()))
      try {
        call.serve((value) => respond(() => resolve(value)))
      } catch (error) {
        respond(() => reject(error))
      }
    }
    if (strikes('requestLost', call.name)) fail(reset, delay())
    else if (strikes('arrivesLate', call.name)) {
      fail(timeout, call.timeoutMs)
      time.after(call.timeoutMs * (1 + random.next()), arrive)
    } else {
      time.after(delay(), arrive)
      patience = fail(timeout, call.timeoutMs)
    }
    return promise
  }
}

/** A way for who checks: what is asked is answered at once, and never fails of itself. */
export const atOnce: Link = (call) =>
  new Promise((resolve, reject) => {
    try {
      call.serve(resolve)
    } catch (error) {
      reject(error)
    }
  })

const reset = (): Error =>
  Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'Error' })

const timeout = (): Error =>
  Object.assign(new Error('Request did not complete in time'), { name: 'TimeoutError' })

function abortError(signal: AbortSignal | undefined): Error {
  const error = new Error('Request aborted', { cause: signal?.reason })
  return Object.assign(error, { name: 'AbortError' })
}
