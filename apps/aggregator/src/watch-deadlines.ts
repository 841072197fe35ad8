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
 * pause, or of a long outage, says nothing of the pace: while it lasts the expected end moves away with the clock.
 * Until there is a pace, it is the mean since the job was made.
 *
 * A job is at risk when all looks for some minutes say so: the first batches of a fleet that wakes up are slow. A job
 * with little time has less of that; what the next look would tell too late, one look tells alone. How long it takes
 * to write the result nobody knows: what is expected is the end of the last batch.
 */

/** Jobs with a deadline are looked at as often as this at least. */
export const DEADLINE_LOOK_SECONDS = 30

export type Standing = 'on_course' | 'at_risk' | 'late'

/** What is to be told of a job with a deadline; times in seconds since the epoch. */
export interface DeadlineFacts {
  readonly standing: Standing
  readonly deadline: number
  /** When its last batch will be recorded at its pace; not known while nothing was. */
  readonly expectedAt?: number
}

export interface DeadlineDeps {
  /**
   * The standing of a job has changed, or it has another deadline, which is at risk, too. None is told that begins on
   * course, and no job to be on course again of which nobody knows when it will have ended.
   */
  onStanding(job: Job, facts: DeadlineFacts): void
  /** Tells who wants to hear that a job is at risk, or late; once is enough. False while another is at it. */
  tellAtRisk(job: Job, facts: DeadlineFacts, signal: AbortSignal): Promise<boolean>
  /** Seconds since the epoch. */
  epochSeconds(): number
}

export interface DeadlineWatch {
  /** One look at a job. */
  look(job: Job, recorded: number, signal: AbortSignal): Promise<void>
  /** Forgets all but these. */
  keep(active: ReadonlySet<JobId>): void
  /** Jobs that will be late, or are. */
  atRisk(): number
}

interface Seen {
  readonly deadline: number
  /** The oldest first: those at which more was recorded than before, and where that began. */
  readonly looks: readonly Look[]
  /** Batches a second, as it was last. */
  readonly pace: number | undefined
  /** What the look said by itself, and what they did for some time. */
  readonly verdict: Standing
  readonly standing: Standing
  /** The first of the looks which have said since, one after the other, that it will be late. */
  readonly riskSince: number | undefined
  /** What the log was told last, where it was told anything. */
  readonly logged: Logged | undefined
  /** What is at risk is told again until that is done. */
  readonly isTold: boolean
}

type Logged = Pick<DeadlineFacts, 'standing' | 'deadline'>

interface Look {
  readonly at: number
  readonly recorded: number
}

/** What has stood still for longer has its pace from when it moves again: until then it keeps the one that it had. */
const WINDOW_SECONDS = 900
/** Of the time that is left: so much earlier must a job be expected again to be no longer at risk. */
const MARGIN = 0.05
/** Of a job's time: so much may pass without a batch, or without its plan being whole. */
const WITHOUT_BATCH = 0.5
const WITHOUT_PLAN = 0.75
/** For so long looks must say that a job will be late; for a share of its time where that is less. */
const AGREED = { secondsMax: 180, share: 1 / 20 }

export function watchDeadlines(deps: DeadlineDeps): DeadlineWatch {
  const seen = new Map<JobId, Seen>()
  return {
    async look(job, recorded, signal) {
      const deadline = deadlineOf(job)
      if (deadline === undefined) return
      const now = deps.epochSeconds()
      const before = seen.get(job.jobId)
      const { looks, pace } = paceOf(job, before, recorded, now)
      // What was said of another deadline says nothing of this one.
      const said = before?.deadline === deadline ? before : undefined
      const { verdict, expectedAt } = verdictOn(job, { recorded, pace, now, deadline }, said)
      const riskSince = verdict === 'on_course' ? undefined : (before?.riskSince ?? now)
      const standing = standingOf(job, { verdict, riskSince, now, deadline }, before)
      const facts = { standing, deadline, ...(expectedAt === undefined ? {} : { expectedAt }) }
      const isNew = isNews(facts, before?.logged)
      const logged = isNew ? facts : before?.logged
      const found = { deadline, looks, pace, verdict, standing, riskSince, logged }
      const isTold = said?.isTold === true
      seen.set(job.jobId, { ...found, isTold })
      if (isNew) deps.onStanding(job, facts)
      if (isTold || standing === 'on_course') return
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
  { createdAt, state }: Job,
  before: Seen | undefined,
  recorded: number,
  now: number,
): Pick<Seen, 'looks' | 'pace'> {
  const mean = recorded === 0 ? undefined : recorded / Math.max(1, now - createdAt)
  const pace = before?.pace ?? mean
  if (state === 'paused') return { looks: [], pace }
  const here = { at: now, recorded }
  const last = before?.looks.at(-1)
  if (before === undefined || last === undefined || last.recorded === 0) {
    return { looks: [here], pace }
  }
  if (recorded <= last.recorded) {
    return { looks: now - last.at < WINDOW_SECONDS ? before.looks : [here], pace }
  }
  const looks = [...before.looks, here]
  while (looks.length > 2 && now - (looks[1]?.at ?? now) >= WINDOW_SECONDS) looks.shift()
  const [first = last] = looks
  return { looks, pace: (recorded - first.recorded) / Math.max(1, now - first.at) }
}

/** What one look says by itself. */
function verdictOn(
  { createdAt, plan }: Job,
  {
    recorded,
    pace,
    now,
    deadline,
  }: {
    readonly recorded: number
    readonly pace: number | undefined
    readonly now: number
    readonly deadline: number
  },
  before: Seen | undefined,
): { readonly verdict: Standing; readonly expectedAt?: number } {
  // While its plan grows nobody knows how much is left.
  const left = plan === undefined ? undefined : plan.batches - recorded
  const expectedAt =
    left === undefined || pace === undefined ? undefined : Math.ceil(now + left / pace)
  const facts = expectedAt === undefined ? {} : { expectedAt }
  if (now >= deadline) return { verdict: 'late', ...facts }
  if (expectedAt === undefined) {
    const gone = (now - createdAt) / (deadline - createdAt)
    const isSlow = gone > (recorded === 0 ? WITHOUT_BATCH : WITHOUT_PLAN)
    return { verdict: isSlow ? 'at_risk' : 'on_course' }
  }
  // Its result is being written: what was expected before that stands.
  if (left === 0) return { verdict: before?.verdict ?? 'on_course', ...facts }
  const isAtRisk = before !== undefined && before.standing !== 'on_course'
  const margin = isAtRisk ? MARGIN * (deadline - now) : 0
  return { verdict: expectedAt > deadline - margin ? 'at_risk' : 'on_course', ...facts }
}

/** What was at risk before stays so until a look says otherwise, though its deadline was moved. */
function standingOf(
  { createdAt }: Job,
  {
    verdict,
    now,
    deadline,
    riskSince = now,
  }: {
    readonly verdict: Standing
    readonly now: number
    readonly deadline: number
    readonly riskSince: number | undefined
  },
  before: Seen | undefined,
): Standing {
  if (verdict !== 'at_risk') return verdict
  if (before !== undefined && before.standing !== 'on_course') return 'at_risk'
  const agreedSeconds = Math.min(AGREED.secondsMax, (deadline - createdAt) * AGREED.share)
  const isAgreed = now - riskSince >= agreedSeconds
  return isAgreed || deadline - now <= DEADLINE_LOOK_SECONDS ? 'at_risk' : 'on_course'
}

function isNews(
  { standing, deadline, expectedAt }: DeadlineFacts,
  logged: Logged = { standing: 'on_course', deadline },
): boolean {
  if (standing === 'on_course') return logged.standing !== 'on_course' && expectedAt !== undefined
  return standing !== logged.standing || deadline !== logged.deadline
}
