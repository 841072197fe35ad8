import { type Circuit, createCircuit } from './circuit.ts'
import { createConcurrencyControl, type Ending } from './concurrency-control.ts'
import { InvocationError } from '../invoke/invocation-error.ts'
import { createRepetitions, type Repetitions } from './repetitions.ts'
import { createWaitingLine } from './waiting-line.ts'

/**
 * Adaptive concurrency for one endpoint, shared by everything in the process: how many at once is
 * decided in `concurrency-control.ts`, whether the endpoint is there at all in `circuit.ts`.
 */
export interface Limiter {
  /**
   * Runs `work` when there is room; waits while the circuit is open. What `work` throws as an
   * `InvocationError` teaches the limiter. On abort while waiting, rejects with the signal's reason.
   *
   * @param size Rows or bytes of the invocation: latencies are compared among like sizes. Default 1.
   * @param turn The lowest is served first. Default: a new one, and so the last in line.
   */
  run<T>(
    work: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
    size?: number,
    turn?: number,
  ): Promise<T>
  /**
   * A turn for all invocations of one batch. What was begun is ended before more is begun: else, where
   * a batch takes many invocations of many seconds, all of them would be begun and none be ended in time.
   */
  turn(): number
  /** To be told what comes of rows that the model has failed at. */
  readonly repetitions: Repetitions
  readonly state: LimiterState
  /** Resolves unless the circuit is open: at once, or when it wants its probe. */
  ready(signal: AbortSignal): Promise<void>
}

export interface LimiterState {
  /** Invocations at once, now; a whole number, at least 1. */
  readonly limit: number
  readonly inFlight: number
  readonly waiting: number
  /** Throttles since the start. */
  readonly throttles: number
  /** Answers since the start, those among them that refuse the rows. Whoever throttles answers nobody. */
  readonly answers: number
  readonly circuit: Circuit
}

export interface LimiterOptions {
  /** At least 1. */
  readonly concurrencyMax: number
  /** Invocations at once at the start. Default 4: latency is to be known before there is a queue. */
  readonly concurrencyStart?: number
  /**
   * The part that is used of the room that is found, so that live traffic keeps the rest; looked for anew
   * each minute. What others use is not found as room, so `n` processes with a share `s` use `n * s` of
   * every `1 + (n - 1) * s` slots together. Default 1.
   */
  readonly share?: number
  /** Milliseconds since the epoch: consumers of one endpoint meet at epochs of the wall clock. */
  readonly now: () => number
  /** From 0 to 1, 1 excluded. Default `Math.random`. */
  readonly random?: () => number
  /** Runs something later; it must not keep the process alive. Default `setTimeout`. */
  readonly schedule?: (run: () => void, delayMs: number) => void
  /** Called after each change of limit or circuit. */
  readonly onChange?: (state: LimiterState) => void
}

const CONCURRENCY_START = 4
/** The wait after a throttle that came with nothing else in flight; doubles while that goes on. */
const PAUSE_START_MS = 20
const PAUSE_MAX_MS = 5_000

export function createLimiter(options: LimiterOptions): Limiter {
  const { concurrencyMax, share = 1, now, random = Math.random, schedule = later } = options
  if (!(concurrencyMax >= 1))
    throw new RangeError(`concurrencyMax: wanted 1 or more, got ${concurrencyMax}`)
  if (!(share > 0 && share <= 1)) throw new RangeError(`share: wanted above 0 to 1, got ${share}`)
  const control = createConcurrencyControl({
    concurrencyMax: Math.floor(concurrencyMax),
    concurrencyStart: options.concurrencyStart ?? CONCURRENCY_START,
    share,
    random,
  })
  const circuit = createCircuit()
  const repetitions = createRepetitions()
  const work = createWaitingLine()
  const gate = createWaitingLine()
  let inFlight = 0
  let throttles = 0
  let answers = 0
  let pauseMs = PAUSE_START_MS
  let paused = false
  let wakes = false
  let turns = 0
  let reported = { limit: control.limit, circuit: circuit.state }

  const limiter: Limiter = {
    async run(invoke, signal, size = 1, turn = turns++) {
      signal.throwIfAborted()
      if (hasRoom() && work.length === 0) inFlight++
      else await work.wait(signal, turn) // Whoever grants the room counts it.
      const ticket = control.start(now(), inFlight, size)
      const end = (ending: Ending | undefined) => {
        const full = inFlight >= control.limit
        inFlight--
        if (ending !== undefined) {
          control.end(ticket, { ending, at: now(), others: inFlight, full })
        }
        afterwards()
      }
      try {
        const answer = await invoke(signal)
        answered()
        end('answered')
        return answer
      } catch (error) {
        end(error instanceof InvocationError ? failed(error) : undefined)
        throw error
      }
    },
    turn: () => turns++,
    repetitions,
    get state() {
      return {
        limit: control.limit,
        inFlight,
        waiting: work.length,
        throttles,
        answers,
        circuit: circuit.state,
      }
    },
    async ready(signal) {
      signal.throwIfAborted()
      if (circuit.state === 'open') await gate.wait(signal)
    },
  }
  return limiter

  function hasRoom(): boolean {
    if (paused || circuit.state === 'open') return false
    return inFlight < (circuit.state === 'probing' ? 1 : control.limit)
  }

  function answered(): void {
    answers++
    pauseMs = PAUSE_START_MS
    circuit.answered()
  }

  /** What a failure teaches about the endpoint; undefined for what is not about its capacity. */
  function failed(error: InvocationError): Ending | undefined {
    switch (error.kind) {
      case 'throttle':
        if (error.code === 'worker_unavailable') return withoutWorker()
        circuit.answered() // Whoever says "slower" is there.
        return error.code === 'endpoint_throttled' ? throttled() : undefined
      case 'transient':
        notAnswered()
        return error.code === 'model_failed' && repetitions.areInVain ? 'broken' : 'failed'
      case 'too_large':
        if (error.code !== 'invocation_timed_out') return undefined
        notAnswered()
        return 'timed_out'
      case 'rows':
        answered()
        return 'refused'
      case 'permanent':
        answered()
        return undefined
      case 'systemic':
        // Who is not let in, or asks for what is not there, is served as little as by one that is gone.
        notAnswered()
        return undefined
    }
    return error.kind satisfies never
  }

  /** Beside others of ours the queue is full with these; alone, again and again, nobody may be there to serve it. */
  function withoutWorker(): Ending {
    if (inFlight <= 1) notAnswered()
    return throttled()
  }

  function throttled(): Ending {
    throttles++
    if (inFlight <= 1) pause()
    return 'throttled'
  }

  /** With nothing else in flight no answer will make room: time has to. */
  function pause(): void {
    paused = true
    schedule(
      () => {
        paused = false
        afterwards()
      },
      pauseMs * (0.5 + random() / 2),
    )
    pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 2)
  }

  function notAnswered(): void {
    const coolOffMs = circuit.failed()
    if (coolOffMs === undefined) return
    schedule(() => {
      circuit.coolOffOver()
      gate.startAll()
      afterwards()
    }, coolOffMs)
  }

  function wakeInTime(): void {
    if (wakes || control.wakeAt === undefined) return
    wakes = true
    schedule(
      () => {
        wakes = false
        control.wake(now(), inFlight >= control.limit)
        afterwards()
      },
      Math.max(1, control.wakeAt - now()),
    )
  }

  /** Gives out the room there is, and tells of what changed. */
  function afterwards(): void {
    while (work.length > 0 && hasRoom()) {
      inFlight++
      work.startFirst()
    }
    wakeInTime()
    if (reported.limit === control.limit && reported.circuit === circuit.state) return
    reported = { limit: control.limit, circuit: circuit.state }
    options.onChange?.(limiter.state)
  }
}

function later(run: () => void, delayMs: number): void {
  setTimeout(run, delayMs).unref()
}
