import { deadlineOf, type Job, type JobId } from '@millrace/job'

/*
 * Whether jobs will have ended by their deadlines, by how fast their batches have been recorded of late:
 *
 *     batches
 *       plan ┤                     ┌╌ expected end
 *            │                  ╌╌╌┘      │ deadline
 *            │      pace ╌╌╌╌╌╌
 *            │     ╱╌╌╌╌
 *            └────┴──────┴──────────────────▶ time
 *                 last quarter of an hour
 *
 * What was recorded long ago says little: the fleet has grown since, or the endpoint has become slow. The time of a
 * pause, or of an outage, says nothing of the pace: while it lasts the expected end moves away with the clock.
 */

export type Standing = 'on_course' | 'at_risk' | 'late'

/** What is to be told of a job with a deadline; times in seconds since the epoch. */
export interface DeadlineFacts {
  readonly standing: Standing
  readonly deadline: number
  /** When it will have ended at its pace; not known while nothing was recorded. */
  readonly expectedAt?: number
}

export interface DeadlineDeps {
  /** The standing of a job has changed; none is told that begins on course. */
  onStanding(job: Job, facts: DeadlineFacts): void
  /** Tells who wants to hear that a job is at risk, or late; once is enough. False while another is at it. */
  tellAtRisk(job: Job, facts: DeadlineFacts, signal: AbortSignal): Promise<boolean>
  /** Seconds since the epoch. */
  epochSeconds(): number
}

export interface DeadlineWatch {
  /** One look at a job; nothing is recorded while it is paused. */
  look(job: Job, recorded: number | undefined, signal: AbortSignal): Promise<void>
  /** Forgets all but these. */
  keep(active: ReadonlySet<JobId>): void
  /** Jobs that will be late, or are. */
  atRisk(): number
}

interface Seen {
  /** The oldest first: those at which more was recorded than before, and where that began. */
  readonly looks: readonly Look[]
  /** Batches a second, as it was last. */
  readonly pace: number | undefined
  /** Batches that were recorded at the last look that was told. */
  readonly done: number
  readonly standing: Standing
  /** What is at risk is told again until that is done. */
  readonly isTold: boolean
}

interface Look {
  readonly at: number
  readonly recorded: number
}

const WINDOW_SECONDS = 900
/** What has stood still for so long has its pace from when it moves again: until then it keeps the one that it had. */
const STILL_SECONDS = 300
/** Of the time that is left: so much earlier must a job be expected again to be no longer at risk. */
const MARGIN = 0.05

export function watchDeadlines(deps: DeadlineDeps): DeadlineWatch {
  const seen = new Map<JobId, Seen>()
  return {
    async look(job, recorded, signal) {
      const deadline = deadlineOf(job)
      if (deadline === undefined) return
      const now = deps.epochSeconds()
      const before = seen.get(job.jobId)
      const { looks, pace } = paceOf(job, before, recorded, now)
      const done = recorded ?? before?.done ?? 0
      const facts = standingOf(job, { done, pace, now, deadline }, before?.standing)
      const found = { looks, pace, done, standing: facts.standing }
      const isTold = before?.isTold === true
      seen.set(job.jobId, { ...found, isTold })
      if (facts.standing !== (before?.standing ?? 'on_course')) deps.onStanding(job, facts)
      if (isTold || facts.standing === 'on_course') return
      const told = await deps.tellAtRisk(job, facts, signal)
      seen.set(job.jobId, { ...found, isTold: told })
    },
    keep(active) {
      for (const jobId of seen.keys()) if (!active.has(jobId)) seen.delete(jobId)
    },
    atRisk: () => [...seen.values()].filter(({ standing }) => standing !== 'on_course').length,
  }
}

function paceOf(
  { startedAt }: Job,
  before: Seen | undefined,
  recorded: number | undefined,
  now: number,
): Pick<Seen, 'looks' | 'pace'> {
  const pace = before?.pace
  if (recorded === undefined) return { looks: [], pace }
  const here = { at: now, recorded }
  const isNew = before === undefined && startedAt !== undefined && now - startedAt < WINDOW_SECONDS
  const earlier = isNew ? [{ at: startedAt, recorded: 0 }] : (before?.looks ?? [])
  const last = earlier.at(-1)
  if (last === undefined) return { looks: [here], pace }
  if (recorded <= last.recorded) {
    return { looks: now - last.at < STILL_SECONDS ? earlier : [here], pace }
  }
  const looks = [...earlier, here]
  while (looks.length > 2 && now - (looks[1]?.at ?? now) >= WINDOW_SECONDS) looks.shift()
  const [first = last] = looks
  return { looks, pace: (recorded - first.recorded) / Math.max(1, now - first.at) }
}

function standingOf(
  { createdAt, plan }: Job,
  {
    done,
    pace,
    now,
    deadline,
  }: {
    readonly done: number
    readonly pace: number | undefined
    readonly now: number
    readonly deadline: number
  },
  before: Standing = 'on_course',
): DeadlineFacts {
  // While its plan grows nobody knows how much is left.
  const left = plan === undefined ? undefined : plan.batches - done
  const expectedAt =
    left === undefined || pace === undefined ? undefined : Math.ceil(now + left / pace)
  const facts = { deadline, ...(expectedAt === undefined ? {} : { expectedAt }) }
  if (now >= deadline) return { standing: 'late', ...facts }
  if (expectedAt === undefined) {
    // Nothing says how long it will take, and half of its time is gone.
    const isSlow = done === 0 && now - createdAt > (deadline - createdAt) / 2
    return { standing: isSlow ? 'at_risk' : 'on_course', ...facts }
  }
  const margin = before === 'on_course' ? 0 : MARGIN * (deadline - now)
  return { standing: expectedAt > deadline - margin ? 'at_risk' : 'on_course', ...facts }
}
