import {
  differenceOf,
  isFinal,
  isWanted,
  type Job,
  type JobId,
  type JobRequest,
  type JobSpec,
  layersOf,
  limits,
  type RetryRequest,
  type RowFailure,
} from '@millrace/job'
import type { LayeredProgress } from '@millrace/ledger'
import type { Opened } from '../plan-job.ts'

export interface Deps {
  readJob(jobId: JobId, signal: AbortSignal): Promise<Job | undefined>
  /** Creates the job unless it is there; gives back the one that holds. */
  createJob(job: Job, signal: AbortSignal): Promise<Opened>
  /** A sentence when the spec names something that this deployment must not read or write. */
  refusal(spec: JobSpec): string | undefined
  /** What is recorded by several jobs together, the newest first. */
  progress(layers: readonly JobId[], signal: AbortSignal): Promise<LayeredProgress>
  failures(job: Job, signal: AbortSignal): AsyncIterable<RowFailure>
}

/**
 * The job of a request for a retry: made now, or before. It has the partitions, the plan and the end of the
 * job that it retries, since its parts lie between those of that job.
 *
 * The request names a job and nothing of what that job has read or written: what does not fit is refused
 * with a sentence, before there is a job.
 *
 * @param fresh the job as it is made for a request without a retry.
 */
export async function openRetry(
  deps: Deps,
  fresh: Job,
  { retryOf }: JobRequest & { readonly retryOf: RetryRequest },
  signal: AbortSignal,
): Promise<Opened> {
  const known = await deps.readJob(fresh.jobId, signal)
  if (known !== undefined) return { kind: 'opened', job: known }

  const base = await deps.readJob(retryOf.jobId, signal)
  const reason =
    base === undefined
      ? `job ${retryOf.jobId} is not known, or its retention is over`
      : (refusalOf(deps, fresh, base) ?? (await nothingToDo(deps, base, retryOf, signal)))
  if (base === undefined || reason !== undefined) return { kind: 'refused', reason: reason ?? '' }

  const { expiresAt: _, ...facts } = fresh
  const job: Job = {
    ...facts,
    partitions: base.partitions,
    ...(base.expiresAt === undefined ? {} : { expiresAt: base.expiresAt }),
    ...(await classesBelow(deps, base, signal)),
    retryOf: { ...retryOf, layers: layersOf(base) },
  }
  return await deps.createJob(job, signal)
}

/** What rows below are predicted with, those of the retry are held to; where none is, there is nothing to stand by. */
async function classesBelow(
  deps: Deps,
  base: Job,
  signal: AbortSignal,
): Promise<Pick<Job, 'classes'>> {
  const { classes, plan } = base
  if (classes === undefined) return {}
  const { done, failedRows } = await deps.progress(layersOf(base), signal)
  const failed = [...failedRows.values()].reduce((sum, rows) => sum + rows, 0)
  const isAnyPredicted = done.size > 0 && (plan === undefined || failed < plan.rows)
  return isAnyPredicted ? { classes } : {}
}

/** Why this job cannot be retried in this way; nothing when it can. */
function refusalOf(deps: Deps, { jobId, spec }: Job, base: Job): string | undefined {
  const name = `job ${base.jobId}`
  if (!isFinal(base.state)) return `${name} is ${base.state}: only a job that has ended is retried`
  if (base.retriedBy !== undefined && base.retriedBy !== jobId) {
    return `${name} is retried by job ${base.retriedBy} already: retry that one`
  }
  if (layersOf(base).length > limits.retryLayersMax) {
    return `${name} stands on ${limits.retryLayersMax} other jobs, and more are not looked through: run it anew`
  }
  const difference = differenceOf('spec', rowsOf(spec), rowsOf(base.spec))
  if (difference !== undefined) {
    return `${difference} as in ${name}: a retry has the rows and batches of the job it retries, so take its spec out of the job's META`
  }
  return deps.refusal(base.spec)
}

/** What makes the rows and batches of a job. What the dataset is packed in was settled when it was pinned. */
function rowsOf({ dataset: whole, batching }: JobSpec) {
  const { compression: _, ...dataset } = whole
  return { dataset, batching }
}

/** Why a retry would invoke nothing; nothing when it would. */
async function nothingToDo(
  deps: Deps,
  base: Job,
  retryOf: RetryRequest,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = `job ${base.jobId}`
  const layers = layersOf(base)
  const jobs = await Promise.all(layers.map(async (jobId) => await deps.readJob(jobId, signal)))
  if (jobs.every((job) => job?.dataset === undefined)) {
    return `nothing of ${name} was planned: run it anew`
  }
  const plan = jobs.find((job) => job?.plan !== undefined)?.plan
  const { done, failedRows } = await deps.progress(layers, signal)
  // Rows that nobody has scored are always to be done.
  if (plan === undefined || done.size < plan.batches) return undefined
  if (failedRows.size === 0) return `${name} has no failed row`
  if (retryOf.reasons === undefined) return undefined
  const counts = new Map<string, number>()
  for await (const { code } of deps.failures(base, signal)) {
    if (isWanted(retryOf, code)) return undefined
    counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  const found = [...counts].map(([code, rows]) => `${code} ${rows}`).join(', ')
  return `${name} has no row that failed for ${retryOf.reasons.join(' or ')}; it has ${found}`
}
