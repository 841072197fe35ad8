/** A line that an app has logged: constants as `msg`, facts as fields. */
export type LogLine = Readonly<Record<string, unknown>>

/** What the lines say of one job. */
export interface Verdict {
  readonly jobId: string
  /** `open` while no line says that the job has ended. */
  readonly state: string
  /** Of the plan, as far as a line tells. */
  readonly batches: number | undefined
  readonly rows: number | undefined
  /** Batches of which a line says that they are recorded. */
  readonly recorded: number
  /** Deliveries that found their batch recorded already. */
  readonly duplicates: number
  /** Sentences about what must never be; none for a sound history. */
  readonly violations: readonly string[]
}

/** Reads lines in any order, and judges at the end. */
export interface History {
  add(line: LogLine): void
  verdicts(): Verdict[]
}

interface Totals {
  readonly batches: number
  readonly rows: number
}

interface JobHistory {
  readonly totals: Totals[]
  /** Of each batch the lines that recorded it: more than one breaks "first writer wins". */
  readonly recorded: Map<number, { readonly rows: number; readonly failedRows: number }[]>
  readonly seen: Set<number>
  duplicates: number
  /** Of each state in which the job was ended. */
  readonly ends: { readonly state: string; readonly rows?: number; readonly failedRows?: number }[]
}

/**
 * Checks what the apps have logged, in the manner of Jepsen: from what each process said it did, and
 * nothing else, it must follow that every batch was recorded once, that the counts of plan, parts and
 * result agree, and that no job ended twice in different ways.
 *
 * A process may die between what it does and the line that says so. So a missing line is no
 * violation; two lines that contradict each other are.
 */
export function createHistory(): History {
  const jobs = new Map<string, JobHistory>()
  const jobOf = (jobId: string): JobHistory => {
    const known = jobs.get(jobId)
    if (known !== undefined) return known
    const fresh = {
      totals: [],
      recorded: new Map(),
      seen: new Set<number>(),
      duplicates: 0,
      ends: [],
    }
    jobs.set(jobId, fresh)
    return fresh
  }
  return {
    add(line) {
      const { jobId, msg } = line
      if (typeof jobId !== 'string' || typeof msg !== 'string') return
      READERS[msg]?.(jobOf(jobId), line)
    },
    verdicts: () => [...jobs].map(([jobId, job]) => judge(jobId, job)),
  }
}

const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN)

const READERS: Readonly<Record<string, (job: JobHistory, line: LogLine) => void>> = {
  'job request done': (job, { outcome, totals, failure }) => {
    if (outcome === 'published') job.totals.push(totals as Totals)
    if (outcome === 'failed' && failure !== undefined) job.ends.push({ state: 'failed' })
  },
  'batch done': (job, { outcome, batch, rows, failedRows }) => {
    if (outcome !== 'recorded' && outcome !== 'duplicate') return
    const index = number(batch)
    job.seen.add(index)
    if (outcome === 'duplicate') {
      job.duplicates += 1
      return
    }
    const writers = job.recorded.get(index) ?? []
    writers.push({ rows: number(rows), failedRows: number(failedRows) })
    job.recorded.set(index, writers)
  },
  'job looked at': (job, { outcome, state, summary }) => {
    if (outcome === 'failed') job.ends.push({ state: 'failed' })
    if (outcome !== 'finished') return
    const { rows, failedRows } = (summary ?? {}) as { rows?: unknown; failedRows?: unknown }
    job.ends.push({ state: String(state), rows: number(rows), failedRows: number(failedRows) })
  },
}

function judge(jobId: string, job: JobHistory): Verdict {
  const violations = [...plansDiffer(job), ...recordedTwice(job), ...beyondPlan(job)]
  const end = job.ends.find(({ state }) => state !== 'failed') ?? job.ends[0]
  if (end?.rows !== undefined) violations.push(...unbalanced(job, end.rows, end.failedRows ?? 0))
  const states = new Set(job.ends.map(({ state }) => state))
  // A producer or consumer may find a job failed that an aggregator has failed already, never one that succeeded.
  if (states.size > 1) violations.push(`it ended as ${[...states].join(' and as ')}`)
  return {
    jobId,
    state: end?.state ?? 'open',
    batches: job.totals[0]?.batches,
    rows: job.totals[0]?.rows,
    recorded: job.recorded.size,
    duplicates: job.duplicates,
    violations,
  }
}

function plansDiffer({ totals: [first, ...others] }: JobHistory): string[] {
  const other = others.find(
    ({ batches, rows }) => batches !== first?.batches || rows !== first.rows,
  )
  if (other === undefined || first === undefined) return []
  const [was, is] = [first, other].map(({ batches, rows }) => `${batches} batches of ${rows} rows`)
  return [`it was planned as ${was} and as ${is}`]
}

function recordedTwice({ recorded }: JobHistory): string[] {
  return [...recorded].flatMap(([batch, writers]) =>
    writers.length > 1 ? [`batch ${batch} was recorded ${writers.length} times`] : [],
  )
}

function beyondPlan({ seen, totals: [plan] }: JobHistory): string[] {
  if (plan === undefined) return []
  const beyond = [...seen].filter((batch) => !(batch >= 0 && batch < plan.batches))
  return beyond.map((batch) => `batch ${batch} is not in a plan of ${plan.batches}`)
}

/** Sums of parts are compared when each of them has its line. */
function unbalanced(job: JobHistory, rows: number, failedRows: number): string[] {
  const [plan] = job.totals
  const violations: string[] = []
  if (plan !== undefined && plan.rows !== rows) {
    violations.push(`its result has ${rows} rows, its plan ${plan.rows}`)
  }
  if (plan === undefined || job.recorded.size < plan.batches) return violations
  const parts = [...job.recorded.values()].flatMap(([part]) => (part === undefined ? [] : [part]))
  const recorded = parts.reduce((total, part) => total + part.rows, 0)
  const failed = parts.reduce((total, part) => total + part.failedRows, 0)
  if (recorded !== rows) violations.push(`${recorded} rows were recorded, its result has ${rows}`)
  if (failed !== failedRows) {
    violations.push(`${failed} failed rows were recorded, its result has ${failedRows}`)
  }
  return violations
}
