import type { EventEmitter } from 'node:events'
import { limits } from '@millrace/job'
import { ConfigError } from '../config/config-error.ts'

/*
 * The lifecycle of a long-running app.
 *
 *     running ── SIGTERM, SIGINT, parent gone ──▶ draining ── main ends ──▶ stopped
 *        │              aborts `drain`               │
 *        │                                           │ second signal, or the deadline
 *        │ main ends, or anything uncaught           ▼ aborts `abort`
 *        └────────────────▶ stopped ◀──────────── aborting (main has 5 s left)
 *
 * A child of the CLI has an IPC channel. It closes when the parent dies, even by SIGKILL, and nobody
 * would ever signal the child again: so that counts as a first signal.
 */

export const EXIT = { ok: 0, failed: 1, misconfigured: 2, aborted: 3 } as const

/** A terminal's Ctrl-C reaches parent and child, and the parent passes it on: that is one request. */
const SAME_REQUEST_MS = 500

/** What is needed of `process`; tests hand in an emitter. */
export interface ProcessLike extends Pick<EventEmitter, 'on' | 'off'> {
  send?: ((message: unknown) => boolean) | undefined
  readonly connected?: boolean | undefined
}

export interface ServiceSignals {
  /** Take nothing new; finish what is in flight. */
  readonly drain: AbortSignal
  /** Wait for nothing any more; give back what is in flight. Never before `drain`. */
  readonly abort: AbortSignal
  /** Tells the parent process, if there is one, that the app works: `{ kind: 'ready' }`. */
  readonly ready: () => void
}

export interface ServiceLogger {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  fatal(facts: object, message: string): void
}

export interface ServiceOptions {
  readonly name: string
  readonly logger: ServiceLogger
  readonly process: ProcessLike
  main(signals: ServiceSignals): Promise<void>
  /** From the first signal to `abort`. Default: `limits.drainDeadlineSeconds`. */
  readonly drainDeadlineSeconds?: number
  /** What `main` has left after `abort`. Default: `limits.recordSeconds`. */
  readonly abortGraceSeconds?: number
  readonly now?: () => number
}

/**
 * Runs an app until it ends by itself or is told to, and resolves to the exit code: 0 ended or
 * drained, 1 failed, 2 misconfigured (`ConfigError`), 3 aborted before it had drained. It never
 * rejects and never exits; only `main.ts` calls `process.exit`.
 */
export async function runService(options: ServiceOptions): Promise<number> {
  const { logger, name } = options
  const lifecycle = createLifecycle(options)
  try {
    const code = await Promise.race([runMain(options, lifecycle.signals), lifecycle.ended])
    logger.info({ name, exitCode: code }, 'service stopped')
    return code
  } finally {
    lifecycle.close()
  }
}

async function runMain(options: ServiceOptions, signals: ServiceSignals) {
  const { logger, name } = options
  try {
    await options.main(signals)
    return signals.abort.aborted ? EXIT.aborted : EXIT.ok
  } catch (error) {
    if (signals.abort.aborted && error === signals.abort.reason) return EXIT.aborted
    logger.fatal({ name, error }, 'service failed')
    return error instanceof ConfigError ? EXIT.misconfigured : EXIT.failed
  }
}

/** The signals, and the code with which the service ends whatever `main` does. */
function createLifecycle(options: ServiceOptions) {
  const { logger, name, process, now = Date.now } = options
  const drain = new AbortController()
  const abort = new AbortController()
  const ended = Promise.withResolvers<number>()
  const timers: NodeJS.Timeout[] = []
  let drainingSince = 0

  const startAbort = (reason: string) => {
    if (abort.signal.aborted) return
    logger.warn({ name, reason }, 'service aborting')
    abort.abort(new Error(`${name} aborted: ${reason}`))
    timers.push(after(options.abortGraceSeconds ?? limits.recordSeconds, giveUp))
  }
  const giveUp = () => {
    logger.fatal({ name }, 'service did not stop after it was aborted')
    ended.resolve(EXIT.aborted)
  }
  const startDrain = (reason: string) => {
    if (drain.signal.aborted) return
    drainingSince = now()
    const deadlineSeconds = options.drainDeadlineSeconds ?? limits.drainDeadlineSeconds
    logger.info({ name, reason, deadlineSeconds }, 'service draining')
    timers.push(after(deadlineSeconds, () => startAbort('drain deadline')))
    drain.abort(new Error(`${name} draining: ${reason}`))
  }
  const onSignal = (signal: string) => {
    if (!drain.signal.aborted) startDrain(signal)
    else if (now() - drainingSince >= SAME_REQUEST_MS) startAbort(`second signal ${signal}`)
  }
  const onUncaught = (error: unknown) => {
    logger.fatal({ name, error }, 'uncaught error')
    ended.resolve(EXIT.failed)
  }
  const onDisconnect = () => startDrain('parent process is gone')
  const close = listen(process, {
    SIGTERM: onSignal,
    SIGINT: onSignal,
    disconnect: onDisconnect,
    uncaughtException: onUncaught,
    unhandledRejection: onUncaught,
  })
  // The parent may have died before we listened.
  if (process.connected === false) onDisconnect()

  const ready = () => void (process.connected === true && process.send?.({ kind: 'ready' }))
  return {
    signals: { drain: drain.signal, abort: abort.signal, ready } satisfies ServiceSignals,
    ended: ended.promise,
    close() {
      timers.forEach(clearTimeout)
      close()
    },
  }
}

function after(seconds: number, run: () => void): NodeJS.Timeout {
  return setTimeout(run, seconds * 1_000)
}

/** Adds the listeners and returns what removes them. */
function listen(process: ProcessLike, listeners: Record<string, (signal: string) => void>) {
  for (const [event, listener] of Object.entries(listeners)) process.on(event, listener)
  return () => {
    for (const [event, listener] of Object.entries(listeners)) process.off(event, listener)
  }
}
