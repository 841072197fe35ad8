import type { Job } from '@millrace/job'
import { when } from '../show/when.ts'

/** Notes are made once a minute while batches are given back; where work goes on none is. */
const NEWS_SECONDS = 180

interface Wait {
  /** In the words of whoever met it. */
  readonly reason: string
  /** The reason, with what it keeps from going on, and since when. */
  readonly text: string
  /** What comes before it where nothing else says that the job waits. */
  readonly lead?: string
}

/**
 * Why a job stands still: what it met that waits for its endpoint to be planned, or for its dataset; why batches of it
 * were given back undone, or an attempt to plan it has failed, as far as that is news.
 */
export const waitsText = (job: Job, now: number): string | undefined => waitOf(job, now)?.text

/** The reason alone, where there is no room for more. */
export const waitsReason = (job: Job, now: number): string | undefined => waitOf(job, now)?.reason

function waitOf(job: Job, now: number): Wait | undefined {
  const { state, dataset, postponed, waits, failedAttempt } = job
  const isPlanned = state === 'planning'
  if (isPlanned && postponed !== undefined) {
    const { at, reason } = postponed
    return dataset === undefined
      ? { reason, text: `${reason}, as of ${when(at)}` }
      : {
          ...{ reason, lead: 'the job waits ' },
          text: `for its endpoint, looked at ${when(at)}: ${reason}`,
        }
  }
  if ((isPlanned || state === 'running') && waits !== undefined && now - waits.at <= NEWS_SECONDS) {
    const { at, reason } = waits
    return { reason, text: `batches were given back undone ${when(at)}: ${reason}` }
  }
  // The next attempt comes when the message is received again, or the job is asked for once more.
  if (!isPlanned || failedAttempt === undefined) return undefined
  const { at, reason } = failedAttempt
  return { reason, text: `an attempt to plan it failed ${when(at)}: ${reason}` }
}

/** Tells of each reason once, until it has not been heard of for a while: consumers may meet several in turn. */
export function createWaitTeller(
  note: (text: string) => void,
  now: () => number = () => Math.floor(Date.now() / 1_000),
): (job: Job) => void {
  const heard = new Map<string, number>()
  return (job) => {
    const wait = waitOf(job, now())
    for (const [reason, at] of heard) if (now() - at > NEWS_SECONDS) heard.delete(reason)
    if (wait === undefined) return
    if (!heard.has(wait.reason)) note(`${wait.lead ?? 'the job waits: '}${wait.text}`)
    heard.set(wait.reason, now())
  }
}
