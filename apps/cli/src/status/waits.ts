import type { Job } from '@millrace/job'
import { when } from '../show/when.ts'

/** Notes are made once a minute while batches are given back; where work goes on none is. */
const NEWS_SECONDS = 180

/** Why batches of a job were given back undone, or an attempt to plan it has failed, as far as that is news. */
export function waitsText(job: Job, now: number): string | undefined {
  const { state, waits, failedAttempt } = job
  const isOpen = state === 'planning' || state === 'running'
  if (isOpen && waits !== undefined && now - waits.at <= NEWS_SECONDS) {
    return `batches were given back undone ${when(waits.at)}: ${waits.reason}`
  }
  // The next attempt comes when the message is received again, or the job is asked for once more.
  if (state !== 'planning' || failedAttempt === undefined) return undefined
  return `an attempt to plan it failed ${when(failedAttempt.at)}: ${failedAttempt.reason}`
}

/** Tells of each reason once, until it has not been heard of for a while: consumers may meet several in turn. */
export function createWaitTeller(
  note: (text: string) => void,
  now: () => number = () => Math.floor(Date.now() / 1_000),
): (job: Job) => void {
  const heard = new Map<string, number>()
  return (job) => {
    const text = waitsText(job, now())
    for (const [reason, at] of heard) if (now() - at > NEWS_SECONDS) heard.delete(reason)
    if (text === undefined) return
    const reason = text.slice(text.indexOf(': '))
    if (!heard.has(reason)) note(text)
    heard.set(reason, now())
  }
}
