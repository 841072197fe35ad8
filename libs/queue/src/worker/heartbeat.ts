import { limits } from '@millrace/job'
import { QueueError } from '../calls/queue-error.ts'
import type { EntryOutcome } from '../calls/settle-entries.ts'
import { sleep } from '../calls/wait.ts'

export interface Heartbeat {
  /** Until when the message stays hidden, in milliseconds since the epoch; it changes. */
  readonly visibleUntilMs: number
  /** Ends it. Resolves when no extension is in flight: a late one would overwrite a release. */
  stop(): Promise<void>
}

export interface HeartbeatOptions {
  readonly visibilityTimeoutSeconds: number
  readonly now: () => number
  /** Makes the message stay hidden for so many seconds from now. */
  extend(seconds: number): Promise<EntryOutcome>
  /** Called at most once, and never after `stop`: another worker may now hold the message. */
  onLost(error: QueueError): void
}

/*
 * Two clocks run for a message that is held:
 *
 *     received         beat                beat fails    tries again           lost
 *        ├───────────────┼───────────────────╳──┈──╳──┈──╳──┈──╳──┈──╳──┈──╳──┈──│
 *        └── heartbeatSeconds ──┘            every quarter of heartbeatSeconds   visibleUntil - margin
 *
 * The second is the reason why a call that hangs cannot make us work on a message that SQS has long
 * given to somebody else.
 */

/** In the time for which a message is hidden: one that is lost is made up for by the next. */
const BEATS = 3
/** A beat that failed is tried again after this share of the rhythm. */
const RETRY_SHARE = 4
/** Nobody is told; without a reason each message's end would cost an exception with its stack. */
const STOPPED = 'stopped'

/** Keeps a message hidden from when it was received until stopped, lost, or 12 hours old. */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { now, visibilityTimeoutSeconds } = options
  const heartbeatSeconds = visibilityTimeoutSeconds / BEATS
  const stopping = new AbortController()
  const endMs = now() + limits.visibilityMaxSeconds * 1_000
  const marginMs = Math.min(1_000, heartbeatSeconds * 100)
  let lossTimer: NodeJS.Timeout | undefined

  const lose = (error: QueueError) => {
    if (stopping.signal.aborted) return
    stop()
    options.onLost(error)
  }
  const stop = () => {
    clearTimeout(lossTimer)
    stopping.abort(STOPPED)
  }
  const watch = () => {
    clearTimeout(lossTimer)
    const lostInMs = Math.max(0, heartbeat.visibleUntilMs - marginMs - now())
    lossTimer = setTimeout(() => lose(lost('no extension in time')), lostInMs)
  }
  /** Returns after how long to beat again. */
  const beat = async (): Promise<number> => {
    const askedAtMs = now()
    const leftSeconds = Math.floor((endMs - askedAtMs) / 1_000)
    if (leftSeconds < heartbeatSeconds) return heartbeatSeconds * 1_000
    const seconds = Math.min(visibilityTimeoutSeconds, leftSeconds)
    const error = await options.extend(seconds)
    if (error?.code === 'visibility_lost') lose(lost('SQS has taken it back', error))
    if (error !== undefined) return (heartbeatSeconds * 1_000) / RETRY_SHARE
    heartbeat.visibleUntilMs = askedAtMs + seconds * 1_000
    if (!stopping.signal.aborted) watch()
    return heartbeatSeconds * 1_000
  }
  const run = async () => {
    let waitMs = heartbeatSeconds * 1_000
    for (;;) {
      await sleep(waitMs, stopping.signal)
      if (stopping.signal.aborted) return
      waitMs = await beat()
    }
  }
  const heartbeat = {
    visibleUntilMs: now() + visibilityTimeoutSeconds * 1_000,
    stop() {
      stop()
      return ended
    },
  }
  watch()
  const ended = run()
  return heartbeat
}

function lost(reason: string, cause?: QueueError): QueueError {
  return new QueueError('visibility_lost', `extend visibility: lost (${reason})`, { cause })
}
