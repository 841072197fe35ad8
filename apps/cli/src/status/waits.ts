import type { Job } from '@millrace/job'
import { when } from '../show/when.ts'

/** Notes are made once a minute while batches are given back; where work goes on none is. */
const NEWS_SECONDS = 180

interface Wait {
  /** In seconds since the epoch. */
  readonly at: number
  readonly what: string
  /** In the words of whoever met it. */
  readonly reason: string
}

/** Why batches of a job were given back undone, or an attempt to plan it has failed, as far as that is news. */
export function waitsText(job: Job, now: number): string | undefined {
  const wait = waitOf(job, now)
  return wait && textOf(wait)
}

function waitOf({ state, waits, failedAttempt }: Job, now: number): Wait | undefined {
  const isOpen = state === 'planning' || state === 'running'
  if (isOpen && waits !== undefined && now - waits.at <= NEWS_SECONDS) {
    return { what: 'batches were given back undone', ...waits }
  }
  // The next attempt comes when the message is received again, or the job is asked for once more.
  if (state !== 'planning' || failedAttempt === undefined) return undefined
  return { what: 'an attempt to plan it failed', ...failedAttempt }
}

const textOf = ({ at, what, reason }: Wait): string => `${what} ${when(at)}: ${reason}`

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
    if (!heard.has(wait.reason)) note(textOf(wait))
    heard.set(wait.reason, now())
  }
}
