import type { Job } from '@millrace/job'
import { when } from '../show/when.ts'

/** Notes are made once a minute while batches are given back, which one that waits for room may take minutes for. */
const NEWS_SECONDS = 600

/** Why an attempt to plan a job has failed, or batches of a running one were given back undone, as far as that is news. */
export function waitsText({ state, waits }: Job, now: number): string | undefined {
  if (waits === undefined) return undefined
  if (state === 'planning') return `an attempt to plan it failed ${when(waits.at)}: ${waits.reason}`
  if (state !== 'running' || now - waits.at > NEWS_SECONDS) return undefined
  return `batches were given back undone ${when(waits.at)}: ${waits.reason}`
}

/** Tells of each reason once, until it has not been heard of for a while. */
export function createWaitTeller(
  note: (text: string) => void,
  now: () => number = () => Math.floor(Date.now() / 1_000),
): (job: Job) => void {
  let told: string | undefined
  return (job) => {
    const text = waitsText(job, now())
    const reason = text === undefined ? undefined : job.waits?.reason
    if (text !== undefined && reason !== told) note(text)
    told = reason
  }
}
