import { createWaitingLine, type Limiter, type WaitingLine } from '@millrace/invocation'
import { type JobId, limits, takesBatches } from '@millrace/job'
import { JobHaltedError } from './job-halted-error.ts'
import { NoShareError } from './no-share-error.ts'
import type { OpenJob } from './open-job.ts'

/*
 * The way of a job's invocations to the endpoint's limiter, which all its jobs share:
 *
 *     invocation ──▶ lane: the job's own maximum ──▶ limiter ──▶ is the job still on? ──▶ endpoint
 *                     ▲                                                │
 *                     └───────── its maximum has shrunk ◀──────────────┘
 *
 * The job is asked for when the room is there and not before: a batch may have waited for minutes.
 * Who waits for the lane holds no room in the limiter, so a narrow job is not in the way of others. Where others
 * have all of a job's invocations, a batch waits for a while and is given back: whoever has a part may take it.
 *
 * A lane looks at its job for as long as it is there. Whoever waits learns that the maximum has grown or that the
 * job has ended; and to open a job with a maximum announces this consumer to those that share it, which must not
 * take its part while its invocations are under way, however long these are.
 */

export interface Deps {
  /** The job as it was within the last two seconds. */
  openJob(jobId: JobId): Promise<OpenJob | undefined>
  /** Runs something every `LOOK_MS` or so until it is stopped; it must not keep the process alive. */
  every(run: () => void): { stop(): void }
}

interface Lane {
  running: number
  max: number
  readonly waiting: WaitingLine
  /** How many looks in a row have found somebody waiting, and no part in the job for this consumer. */
  looksWithoutShare: number
  readonly looks: { stop(): void }
}

/** While this one waited in the limiter the job's maximum has shrunk below what had passed its lane. */
class OverMaximumError extends Error {}

/** Twice in the time for which a job's state is trusted. */
export const LOOK_MS = limits.jobFreshMs / 2
/**
 * A consumer that comes counts within two looks; one that goes still counts for ten seconds, and after an outage of the
 * ledger for longer (`job-share.ts`).
 */
const LOOKS_WITHOUT_SHARE_MAX = limits.placeKeptMs / LOOK_MS

/** A limiter for each job, which keeps to the job's state and maximum beside the shared one. */
export function createJobLanes(deps: Deps): (jobId: JobId, limiter: Limiter) => Limiter {
  /** A lane is here while an invocation of its job runs or waits. */
  const lanes = new Map<JobId, Lane>()

  return (jobId, limiter) => ({
    async run(work, signal, size, turn = limiter.turn()) {
      for (;;) {
        const lane = await enter(jobId, signal, turn)
        try {
          return await limiter.run(
            async (aborted) => {
              lane.max = (await mustBeOn(jobId)).concurrencyMax
              if (lane.running > lane.max) throw new OverMaximumError()
              return await work(aborted)
            },
            signal,
            size,
            turn,
          )
        } catch (error) {
          if (!(error instanceof OverMaximumError)) throw error
        } finally {
          lane.running -= 1
          tidy(jobId, lane)
        }
      }
    },
    turn: () => limiter.turn(),
    repetitions: limiter.repetitions,
    get state() {
      return limiter.state
    },
    ready: (signal) => limiter.ready(signal),
  })

  async function mustBeOn(jobId: JobId): Promise<OpenJob> {
    const open = await deps.openJob(jobId)
    if (open !== undefined && takesBatches(open.job.state)) return open
    throw new JobHaltedError(open?.job.state)
  }

  async function enter(jobId: JobId, signal: AbortSignal, turn: number): Promise<Lane> {
    const { concurrencyMax } = await mustBeOn(jobId)
    signal.throwIfAborted()
    const lane = lanes.get(jobId) ?? begin(jobId)
    lane.max = concurrencyMax
    startWaiting(lane)
    if (lane.running < lane.max && lane.waiting.length === 0) lane.running += 1
    else await waitIn(lane, jobId, signal, turn)
    return lane
  }

  function begin(jobId: JobId): Lane {
    const lane: Lane = {
      running: 0,
      max: 0,
      waiting: createWaitingLine(),
      looksWithoutShare: 0,
      looks: deps.every(() => void lookAt(lane, jobId)),
    }
    lanes.set(jobId, lane)
    return lane
  }

  /** Whoever ends a wait counts it as running. */
  async function waitIn(lane: Lane, jobId: JobId, signal: AbortSignal, turn: number) {
    try {
      await lane.waiting.wait(signal, turn)
    } finally {
      tidy(jobId, lane)
    }
  }

  async function lookAt(lane: Lane, jobId: JobId): Promise<void> {
    try {
      lane.max = (await mustBeOn(jobId)).concurrencyMax
      const isWithoutShare = lane.max === 0 && lane.waiting.length > 0
      lane.looksWithoutShare = isWithoutShare ? lane.looksWithoutShare + 1 : 0
      if (lane.looksWithoutShare < LOOKS_WITHOUT_SHARE_MAX) startWaiting(lane)
      else lane.waiting.rejectAll(new NoShareError())
    } catch (error) {
      // A ledger that cannot be read now says nothing about the job.
      if (error instanceof JobHaltedError) lane.waiting.rejectAll(error)
    }
  }

  function tidy(jobId: JobId, lane: Lane): void {
    startWaiting(lane)
    if (lane.running > 0 || lane.waiting.length > 0) return
    lane.looks.stop()
    lanes.delete(jobId)
  }
}

function startWaiting(lane: Lane): void {
  while (lane.running < lane.max && lane.waiting.length > 0) {
    lane.running += 1
    lane.waiting.startFirst()
  }
}
