import type { JobId } from '@millrace/job'
import type { DeadLetter } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'

/*
 * Between a request and its job stands the producer. It may sleep, have other jobs to plan, or refuse, and of
 * a refused request there never is a job: only a letter in the dead-letter queue.
 */

interface Deps {
  /** The request, when it was set aside. */
  findRefusal(signal: AbortSignal): Promise<Refusal | undefined>
  /** The job that may be meant where a name was mistyped. */
  findNear?(signal: AbortSignal): Promise<string | undefined>
  note(text: string): void
  /** Milliseconds since whenever. */
  now(): number
}

type Refusal = Pick<DeadLetter, 'code' | 'reason'> & {
  /** When a request was set aside that came before the wait: another may have been sent since. */
  readonly before?: string
}

/** A producer that is awake has made the job by then, or refused it. */
const SOON_MS = 5_000
/** Each wait between two looks for a refusal is as long as all before, and at most this. */
const LOOK_EVERY_MS_MAX = 60_000
/** Services wake within five minutes; a producer that plans four huge datasets takes no other for longer. */
const WAIT_MINUTES_MAX = 30
/** Whoever sends what was refused once more does so soon, and wakes the services. */
const SENT_AGAIN_MINUTES_MAX = 6

/**
 * What to do at each look at which the job is not there yet.
 *
 * @throws {CliError} from what it gives back: when the request was set aside, after six minutes when that was before
 *   the wait, and after half an hour.
 */
export function createJobWait(deps: Deps, jobId: JobId): (signal: AbortSignal) => Promise<void> {
  const since = deps.now()
  let lookAfterMs = SOON_MS
  let told = false
  return async (signal) => {
    const waitedMs = deps.now() - since
    if (waitedMs < lookAfterMs) return
    const refusal = await deps.findRefusal(signal)
    const isOver = refusal?.before === undefined || waitedMs >= SENT_AGAIN_MINUTES_MAX * 60_000
    if (refusal !== undefined && isOver) throw refused(jobId, refusal)
    if (waitedMs >= WAIT_MINUTES_MAX * 60_000) throw notMade(jobId)
    lookAfterMs = waitedMs + Math.min(waitedMs, LOOK_EVERY_MS_MAX)
    if (told) return
    told = true
    const near = refusal === undefined ? await deps.findNear?.(signal) : undefined
    if (near !== undefined) deps.note(`did you mean ${near}? There is no ${jobId}`)
    deps.note(refusal === undefined ? WAITING : earlierText(refusal))
  }
}

const WAITING = `no such job yet: waiting for the producer, for ${WAIT_MINUTES_MAX} minutes at most: one that sleeps takes some minutes to wake`

const earlierText = ({ code, reason, before }: Refusal): string =>
  `no such job: its request of ${before} was set aside: ${reason} (${code}); waiting for another one, for ${SENT_AGAIN_MINUTES_MAX} minutes at most`

function refused(jobId: JobId, { code, reason }: Refusal): CliError {
  return new CliError(`${jobId}: its request was set aside: ${reason} (${code})`, {
    hint: `there is no job; millrace dlq show ${jobId} --queue jobs shows the request`,
    exitCode: EXIT.failed,
  })
}

function notMade(jobId: JobId): CliError {
  return new CliError(
    `${jobId}: the producer has made no such job in ${WAIT_MINUTES_MAX} minutes`,
    {
      hint: `millrace doctor shows what waits for it, and millrace dlq list ${jobId} --queue jobs what it has refused`,
      exitCode: EXIT.failed,
    },
  )
}
