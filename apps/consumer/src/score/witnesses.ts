import type { Witnesses } from '@millrace/invocation'
import { type Batch, type Job, type JobId, limits } from '@millrace/job'
import type { LayeredProgress, Part } from '@millrace/ledger'
import type { OpenJob } from '../job/open-job.ts'

export interface Deps {
  /** Which batches are recorded of the job, or of those below a retry. */
  progress(job: Job, signal: AbortSignal): Promise<LayeredProgress>
  /** The part that counts of a batch. */
  part(job: Job, batch: number, signal: AbortSignal): Promise<Part | undefined>
  planned(job: Job, batch: number): Promise<Batch | undefined>
  /** One row of a batch, by its index in it, as the model is sent it; empty when it must not see it. */
  payload(open: OpenJob, batch: Batch, row: number, signal: AbortSignal): Promise<Uint8Array>
  onError(error: unknown, jobId: JobId): void
  now(): number
}

/** Parts that are looked through for a row that was answered. */
const PARTS_MAX = 8
/** Where nothing is recorded yet, it is looked for again after this. */
const AGAIN_MS = 10_000
const JOBS_MAX = 64

/** What is known of a job's rows. */
interface Known {
  /** One that was answered. */
  answered?: Uint8Array
  lookedAt: number
  /** How many of the first rows were asked. */
  asked: number
}

/**
 * Finds rows of a job that the endpoint answers: by what is recorded of it or of the jobs below it, and before
 * anything is, among its first rows, of which the preflight was answered some.
 */
export function createWitnesses(deps: Deps): (open: OpenJob) => Witnesses {
  const jobs = new Map<JobId, Known>()

  return (open) => ({
    async next(signal) {
      const known = knownOf(open.job.jobId)
      try {
        if (known.answered === undefined && deps.now() - known.lookedAt >= AGAIN_MS) {
          known.lookedAt = deps.now()
          const row = await recordedRow(open, signal)
          if (row !== undefined) known.answered = row
        }
        return known.answered ?? (await firstRow(open, known, signal))
      } catch (error) {
        signal.throwIfAborted()
        deps.onError(error, open.job.jobId)
        return undefined
      }
    },
    answered(row) {
      knownOf(open.job.jobId).answered = row
    },
  })

  function knownOf(jobId: JobId): Known {
    const known = jobs.get(jobId) ?? { lookedAt: Number.NEGATIVE_INFINITY, asked: 0 }
    jobs.delete(jobId)
    jobs.set(jobId, known)
    const [oldest] = jobs.keys()
    if (jobs.size > JOBS_MAX && oldest !== undefined) jobs.delete(oldest)
    return known
  }

  async function recordedRow(open: OpenJob, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const { job } = open
    const { done, failedRows } = await deps.progress(job, signal)
    let left = PARTS_MAX
    for (let index = 0, seen = 0; seen < done.size && left > 0; index += 1) {
      if (!done.has(index)) continue
      seen += 1
      const batch = await deps.planned(job, index)
      if (batch === undefined || failedRows.get(index) === rowsOf(batch)) continue
      left -= 1
      const part = await deps.part(job, index, signal)
      const row = part === undefined ? undefined : answeredIn(part)
      if (row === undefined) continue
      // A row that was too large until columns were left out is not read for this.
      const body = await deps.payload(open, batch, row, signal)
      if (body.length > 0) return body
    }
    return undefined
  }

  /** Each of the first rows in turn. */
  async function firstRow(
    open: OpenJob,
    known: Known,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    let before = 0
    // The preflight has found some of these to be answered.
    const row = known.asked % limits.probeRows
    known.asked += 1
    for (let index = 0; before <= row; index += 1) {
      const batch = await deps.planned(open.job, index)
      if (batch === undefined) return undefined
      if (row < before + rowsOf(batch)) {
        const body = await deps.payload(open, batch, row - before, signal)
        return body.length === 0 ? undefined : body
      }
      before += rowsOf(batch)
    }
    return undefined
  }
}

const rowsOf = ({ rows }: Pick<Batch, 'rows'>): number => rows.end - rows.start

/** The first row of a part that has a prediction, by its index in it. */
function answeredIn(part: Part): number | undefined {
  const failed = new Set(part.failures.map(({ row }) => row - part.rows.start))
  for (let row = 0; row < rowsOf(part); row += 1) if (!failed.has(row)) return row
  return undefined
}
