import { AsyncLocalStorage } from 'node:async_hooks'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import timersPromises from 'node:timers/promises'
import { createEventQueue, type Event } from './event-queue.ts'
import type { Random } from './random.ts'
import { anyOf, VirtualAbortController } from './virtual-abort.ts'

/*
 * One process, many machines, no real time. Code that runs `on` a machine sees the machine's clock, its
 * timers, its random numbers and ids; all else in the process goes on as before. So the real code
 * runs as it is, down to the libraries that it uses.
 *
 *     take the next event ──▶ the clock jumps to it ──▶ run it on its machine ──▶ let every promise
 *          ▲                                                                      go as far as it can
 *          └───────────────────────────────────────────────────────────────────────────┘
 *
 * Between two events only promises run, whose order the language fixes. Nothing waits for the world
 * outside, so a seed gives the same run each time.
 */

/** A computer of its own clock, which may freeze and die. */
export interface Machine {
  readonly name: string
  /** What its clock shows beyond the true time. */
  readonly skewMs: number
  /** A frozen machine does nothing until then: a suspended process, a live migration. */
  frozenUntilMs: number
  /** A dead machine does nothing any more; what it waits for never comes. */
  dead: boolean
}

export interface VirtualTime {
  readonly nowMs: number
  /** Runs something later; it belongs to no machine and cannot be frozen. */
  after(delayMs: number, run: () => void): Event
  /** Runs something later on a machine, when it is not frozen then; never when it is dead. */
  afterOn(machine: Machine, delayMs: number, run: () => void): Event
  /** Runs code as the machine's: what it awaits and plans is the machine's too. */
  on<T>(machine: Machine, run: () => T): T
  /** Takes one event after the other until `stop`, or until there is none; none while the world is waited for. */
  run(stop: () => boolean, isWaiting?: () => boolean): Promise<void>
  /** Events taken so far. */
  readonly events: number
}

interface Place {
  readonly time: VirtualTime
  readonly machine: Machine
  readonly random: Random
}

const here = new AsyncLocalStorage<Place>()
const realImmediate = setImmediate
/** The virtual clock begins on a Tuesday afternoon. */
const START_MS = Date.UTC(2026, 10, 24, 13, 0, 0)

/** Virtual time from a fixed moment on. `random` is what the machines draw from. */
export function createVirtualTime(random: Random): VirtualTime {
  install()
  const events = createEventQueue()

  const places = new Map<Machine, Place>()
  function placeOf(machine: Machine): Place {
    const known = places.get(machine)
    if (known !== undefined) return known
    const place = { time, machine, random }
    places.set(machine, place)
    return place
  }

  function planOn(machine: Machine, delayMs: number, run: () => void): Event {
    const attempt = (): void => {
      // What ran before it at the same moment may have cancelled it.
      if (machine.dead || event.run === undefined) return
      if (machine.frozenUntilMs > time.nowMs) events.add(machine.frozenUntilMs, attempt)
      else time.on(machine, run)
    }
    const event = events.add(time.nowMs + Math.max(0, delayMs), attempt)
    return event
  }
  // A literal's getter is old for V8 from its birth, and keeps a run's whole world until all is collected.
  const time: { -readonly [Name in keyof VirtualTime]: VirtualTime[Name] } = {
    nowMs: START_MS,
    events: 0,
    after: (delayMs, run) => events.add(time.nowMs + Math.max(0, delayMs), run),
    afterOn: planOn,
    on: (machine, run) => here.run(placeOf(machine), run),
    run: (stop, isWaiting = () => false) =>
      betweenPromises(() => {
        if (isWaiting()) return true
        if (stop()) return false
        const event = events.take()
        if (event === undefined) return false
        time.nowMs = event.atMs
        time.events += 1
        event.run?.()
        return true
      }),
  }
  return time
}

/** So many steps a turn of Node's own loop, each of which asks the system for what is not there. */
const STEPS_A_TURN = 64

/**
 * Takes steps until one returns false. Before each, every promise that can go on has gone on: so Node
 * does it between two immediates, of one turn as of two.
 */
function betweenPromises(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let goesOn = true
    const take = (): void => {
      if (!goesOn) return
      try {
        goesOn = step()
        if (!goesOn) resolve()
      } catch (error) {
        goesOn = false
        reject(error)
      }
    }
    const turn = (): void => {
      take()
      if (!goesOn) return
      for (let steps = 1; steps < STEPS_A_TURN; steps += 1) realImmediate(take)
      realImmediate(turn)
    }
    realImmediate(turn)
  })
}

/** What `setTimeout` and `setInterval` give back. */
class Timer {
  event: Event
  constructor(event: Event) {
    this.event = event
  }
  cancel(): void {
    this.event.run = undefined
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
  hasRef(): boolean {
    return this.event.run !== undefined
  }
  [Symbol.dispose](): void {
    this.cancel()
  }
}

let installed = false

/** Puts the clock, timers, randomness and ids of Node behind the machine that runs, if one does. */
function install(): void {
  if (installed) return
  installed = true
  installClocks()
  installTimers()
  installTimerPromises()
  installAborts()
  installChance()
  syncBuiltinESMExports()
}

function installClocks(): void {
  const { now } = Date
  const monotonic = performance.now.bind(performance)
  Date.now = () => {
    const place = here.getStore()
    return place === undefined ? now() : place.time.nowMs + place.machine.skewMs
  }
  performance.now = () => {
    const place = here.getStore()
    return place === undefined ? monotonic() : place.time.nowMs - START_MS
  }
  const { timeOrigin } = performance
  Object.defineProperty(performance, 'timeOrigin', {
    get() {
      const place = here.getStore()
      return place === undefined ? timeOrigin : START_MS + place.machine.skewMs
    },
  })
}

function installTimers(): void {
  const real = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate }
  const plan = ({ time, machine }: Place, delayMs: number, run: () => void): Timer =>
    new Timer(time.afterOn(machine, delayMs >= 1 ? delayMs : 1, run))

  const later = (run: (...args: unknown[]) => void, delayMs = 1, ...args: unknown[]): unknown => {
    const place = here.getStore()
    if (place === undefined) return real.setTimeout(run, delayMs, ...args)
    return plan(place, delayMs, () => run(...args))
  }
  const cancel = (timer: unknown): void => {
    if (timer instanceof Timer) timer.cancel()
    else real.clearTimeout(timer as NodeJS.Timeout)
  }
  const repeat = (run: (...args: unknown[]) => void, delayMs = 1, ...args: unknown[]): unknown => {
    const place = here.getStore()
    if (place === undefined) return real.setInterval(run, delayMs, ...args)
    const { time, machine } = place
    const tick = (): void => {
      timer.event = time.afterOn(machine, delayMs, tick)
      run(...args)
    }
    const timer = new Timer(time.afterOn(machine, delayMs, tick))
    return timer
  }
  const soon = (run: (...args: unknown[]) => void, ...args: unknown[]): unknown => {
    const place = here.getStore()
    return place === undefined
      ? real.setImmediate(run, ...args)
      : new Timer(place.time.afterOn(place.machine, 0, () => run(...args)))
  }
  Object.assign(globalThis, {
    setTimeout: Object.assign(later, real.setTimeout),
    clearTimeout: cancel,
    setInterval: repeat,
    clearInterval: cancel,
    setImmediate: Object.assign(soon, real.setImmediate),
  })
}

interface TimerOptions {
  readonly signal?: AbortSignal
}

function installTimerPromises(): void {
  const real = {
    sleep: timersPromises.setTimeout,
    ticks: timersPromises.setInterval,
    turn: timersPromises.setImmediate,
  }

  async function sleep(delayMs = 1, value?: unknown, options: TimerOptions = {}): Promise<unknown> {
    const place = here.getStore()
    if (place === undefined) return await real.sleep(delayMs, value, options)
    await virtualSleep(place, Math.max(1, delayMs), options.signal)
    return value
  }
  async function* ticks(delayMs = 1, value?: unknown, options: TimerOptions = {}): AsyncGenerator {
    const place = here.getStore()
    if (place === undefined) return yield* real.ticks(delayMs, value, options)
    // Ticks keep their rhythm, however long the work between them takes.
    for (let dueMs = place.time.nowMs + delayMs; ; dueMs += delayMs) {
      await virtualSleep(place, dueMs - place.time.nowMs, options.signal)
      yield value
    }
  }
  async function turn(value?: unknown, options: TimerOptions = {}): Promise<unknown> {
    const place = here.getStore()
    if (place === undefined) return await real.turn(value, options)
    await virtualSleep(place, 0, options.signal)
    return value
  }
  Object.assign(timersPromises, { setTimeout: sleep, setInterval: ticks, setImmediate: turn })
}

/** As Node's: rejects with an AbortError whose cause is the signal's reason. */
function virtualSleep(place: Place, delayMs: number, signal?: AbortSignal): Promise<void> {
  const aborted = (): Error =>
    Object.assign(new Error('The operation was aborted', { cause: signal?.reason }), {
      name: 'AbortError',
      code: 'ABORT_ERR',
    })
  if (signal?.aborted === true) return Promise.reject(aborted())
  return new Promise((resolve, reject) => {
    const event = place.time.afterOn(place.machine, delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    const onAbort = (): void => {
      event.run = undefined
      reject(aborted())
    }
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

function installAborts(): void {
  const real = {
    AbortController,
    any: AbortSignal.any.bind(AbortSignal),
    timeout: AbortSignal.timeout.bind(AbortSignal),
  }
  const controllerOf = function (): object {
    return here.getStore() === undefined ? new real.AbortController() : new VirtualAbortController()
  }
  Object.assign(globalThis, { AbortController: controllerOf })
  // What is made of one machine's signals is virtual wherever it is made.
  const any = (signals: AbortSignal[]): unknown =>
    here.getStore() === undefined ? real.any(signals) : anyOf(signals)
  const timeout = (delayMs: number): unknown => {
    const place = here.getStore()
    if (place === undefined) return real.timeout(delayMs)
    const controller = new VirtualAbortController()
    place.time.afterOn(place.machine, delayMs, () =>
      controller.abort(new DOMException('The operation timed out', 'TimeoutError')),
    )
    return controller.signal
  }
  Object.assign(AbortSignal, { any, timeout })
}

function installChance(): void {
  const real = { random: Math.random, uuid: crypto.randomUUID }
  Math.random = () => here.getStore()?.random.next() ?? real.random()
  crypto.randomUUID = (options) => {
    const random = here.getStore()?.random
    if (random === undefined) return real.uuid(options)
    const hex = Array.from({ length: 32 }, () => random.int(0, 15).toString(16)).join('')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
  }
}
