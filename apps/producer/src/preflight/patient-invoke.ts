import { setTimeout as sleep } from 'node:timers/promises'
import { InvocationError, type Invoke } from '@millrace/invocation'
import type { JobId } from '@millrace/job'
import { EndpointAwayError } from './endpoint-away-error.ts'
import type { Patience } from './patience.ts'

/** How long an endpoint is asked in one go; then others of this producer have their turn. */
const TURN_MS = 20_000
/**
 * Consumers that keep an endpoint busy make room at epochs of whole multiples of five seconds, for two
 * latencies. Waits that are all alike could miss each of them; and a throttle costs nobody anything.
 */
const THROTTLED_WAIT_MS = { least: 200, most: 400 }

/** How often a model is asked again that fails at some rows of a job and answers others. */
const FAILED_REPEATS = 7
const FAILED_WAIT_MS = 300

/** Workers that start again load their model for minutes, and the queue of others may be full for as long. */
const WORKERLESS_MS = 15 * 60_000

type Fault = 'passing' | 'throttled' | 'workerless' | 'late' | 'failed'

/** Milliseconds between two looks at the endpoint. */
function waitsOfOneTurn(random: () => number): Record<Fault, Iterator<number>> {
  const { least, most } = THROTTLED_WAIT_MS
  const untilThereIsRoom = () => within(TURN_MS, () => least + (most - least) * random())
  return {
    /** It cannot be reached, or answers with a passing fault. */
    passing: within(TURN_MS, (last = 125) => Math.min(2 * last, 5_000)),
    throttled: untilThereIsRoom(),
    /** Its model server has no room, or nobody who works. */
    workerless: untilThereIsRoom(),
    /** A process that was frozen takes for late what it could not look at: it asks once more. */
    late: [250].values(),
    failed: Array.from({ length: FAILED_REPEATS }, () => FAILED_WAIT_MS).values(),
  }
}

/** As many as are no longer than `totalMs` together. */
function* within(totalMs: number, next: (last?: number) => number): Generator<number> {
  let wait = next()
  for (let sum = wait; sum <= totalMs; sum += wait) {
    yield wait
    wait = next(wait)
  }
}

export interface Deps {
  readonly invoke: Invoke
  readonly patience: Patience
  /** Milliseconds. Default: Node's timer. */
  wait?(ms: number, value: undefined, options: { signal: AbortSignal }): Promise<unknown>
  /** From 0 to 1, 1 excluded. Default `Math.random`. */
  random?(): number
}

/**
 * Repeats a job's invocations over passing faults, so that its preflight judges a working endpoint.
 *
 * Made for each look at a job: what it has been answered belongs to that.
 *
 * @throws {EndpointAwayError} after a turn in which the endpoint had no room, or was not there and the job may
 *   wait for it: ask again later.
 */
export function patient(deps: Deps): (jobId: JobId) => Invoke {
  const { invoke, patience, wait = sleep, random = Math.random } = deps
  return (jobId) => {
    /** Whether anything has been answered that was asked by this. */
    let isAnswered = false

    return async (request, signal) => {
      const waits = waitsOfOneTurn(random)
      for (;;) {
        try {
          const answer = await invoke(request, signal)
          isAnswered = true
          patience.answered(jobId)
          return answer
        } catch (error) {
          await wait(nextWaitMs(error, waits), undefined, { signal })
        }
      }
    }

    /** Whoever throttles is there, and is waited for without an end. */
    function mayWaitMs(fault: Fault): number {
      if (!mayBeGone(fault)) return Number.POSITIVE_INFINITY
      return patience.leftMs(jobId, fault === 'workerless' ? WORKERLESS_MS : 0)
    }

    /** Throws the error where it is to be believed, or the job is to be looked at again later. */
    function nextWaitMs(error: unknown, waits: ReturnType<typeof waitsOfOneTurn>): number {
      const fault = faultOf(error, isAnswered)
      if (fault === undefined) throw error
      const leftMs = mayWaitMs(fault)
      if (leftMs <= 0 && !isAnswered) throw error
      const { done, value: waitMs } = waits[fault].next()
      if (done === true) throw isAway(fault, leftMs) ? new EndpointAwayError(error as Error) : error
      return leftMs > 0 ? Math.min(waitMs, leftMs) : waitMs
    }
  }
}

/**
 * Undefined where asking again changes nothing. What a model says by failing is about the rows when it has answered
 * others in the same look, however long each takes it: a container may fail for a column too many, or for one bad row.
 */
function faultOf(error: unknown, isAnswered: boolean): Fault | undefined {
  if (!(error instanceof InvocationError)) return undefined
  if (error.code === 'invocation_timed_out') return 'late'
  if (error.code === 'worker_unavailable') return 'workerless'
  if (error.kind === 'throttle') return 'throttled'
  if (error.code === 'model_failed' && isAnswered) return 'failed'
  return error.kind === 'transient' ? 'passing' : undefined
}

const mayBeGone = (fault: Fault): boolean => fault === 'passing' || fault === 'workerless'

/** Whether a job goes on waiting whose turn ends with this fault. */
const isAway = (fault: Fault, leftMs: number): boolean =>
  fault === 'throttled' || (mayBeGone(fault) && leftMs > 0)
