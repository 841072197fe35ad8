import assert from 'node:assert/strict'
import { limits } from '@millrace/job'
import { receive } from './receive.ts'
import { type Shift, startShift } from './shift.ts'
import { checkOptions, type WorkerOptions } from './worker-options.ts'
import { type Counters, createCounters, type WorkerStats } from './worker-stats.ts'

/*
 * The worker's states:
 *
 *     stopped ── run() ──▶ running ── drain ──▶ draining ── all is settled ──▶ stopped
 *                             │                    │                             ▲
 *                             └────── abort ───────┴── what is left is given back┘
 *
 *     running   receives while there is room; heartbeats keep what is held hidden
 *     draining  receives nothing: a poll under way is waited for and what it brings is given back
 *               uncharged, as is what waits for a slot; what has begun is finished
 *     abort     the work's signals abort; what does not end within `abortGraceMs` is given back
 *     stopped   nothing is held, no call is in flight, no timer runs
 *
 * One message, of which the worker holds no more than there are slots (and, of short work, what a poll's time needs):
 *
 *     received ──▶ waiting ──▶ handling ──▶ settling ──▶ gone
 *        └──── heartbeat ─────────┴──┘ │      first the heartbeat is stopped, then the call is made:
 *                                      │      a late extension would overwrite a release
 *                                      └─ visibility lost: its signal aborts, no call is made for it
 */

export type WorkerState = 'running' | 'draining' | 'stopped'

export interface Worker {
  /**
   * Works until told to stop, and resolves when all that was held is settled or given back. Rejects
   * only on a bug. A stopped worker may be run again.
   */
  run(signals: { readonly drain: AbortSignal; readonly abort: AbortSignal }): Promise<void>
  readonly state: WorkerState
  stats(): WorkerStats
}

/** A worker on one queue. Nothing happens before `run`. */
export function createWorker(options: WorkerOptions): Worker {
  checkOptions(options)
  const counters = createCounters(options.now ?? Date.now)
  let shift: Shift | undefined

  const worker: { -readonly [Name in keyof Worker]: Worker[Name] } = {
    state: 'stopped',
    async run({ drain, abort }) {
      assert.equal(worker.state, 'stopped', 'the worker runs already')
      worker.state = 'running'
      const own = (shift = startShift(options, counters))
      const stopping = AbortSignal.any([drain, abort])
      const undo = [
        onAbort(stopping, () => {
          worker.state = 'draining'
          own.giveBackWaiting()
        }),
        onAbort(abort, () => own.abort(abort.reason)),
      ]
      try {
        await receiveInto(own, options, counters, () => worker.state, stopping)
        await own.finish()
      } finally {
        for (const remove of undo) remove()
        worker.state = 'stopped'
      }
    },
    stats() {
      return counters.snapshot(
        shift?.hands() ?? { running: 0, oldestMs: 0, waiting: 0, settling: 0 },
      )
    },
  }
  return worker
}

/** Resolves when no poll is in flight any more. */
function receiveInto(
  shift: Shift,
  options: WorkerOptions,
  counters: Counters,
  state: () => WorkerState,
  stopping: AbortSignal,
): Promise<void> {
  return receive(
    {
      queue: options.queue.receive,
      visibilityTimeoutSeconds: options.visibilityTimeoutSeconds,
      waitSeconds: options.receiveWaitSeconds ?? limits.receiveWaitSeconds,
      now: options.now ?? Date.now,
      random: options.random ?? Math.random,
      room: () => shift.room(),
      change: shift.change,
      onFullPoll: (ms) => shift.polled(ms),
      ready: async (signal) => options.ready?.(signal),
      onGate: (gate) => counters.gate(gate),
      onMessages(messages) {
        for (const message of messages) {
          if (state() === 'running') shift.take(message)
          else shift.giveBack(message)
        }
      },
      onError(error, failures) {
        counters.count('receiveErrors')
        options.logger.warn({ error, failures }, 'receive failed')
      },
    },
    stopping,
    // A poll of a full queue ends within the grace, and what it brings is given back like the rest.
    shift.abandoned,
  )
}

/** Calls back once, at once when the signal has aborted; returns what takes the listener off. */
function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) listener()
  else signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}
