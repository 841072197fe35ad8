import {
  type ExportId,
  type ExportState,
  type Job,
  type JobFailure,
  type JobId,
  type ResultExport,
  resultIssues,
  resultNames,
  whyNotApart,
} from '@millrace/job'
import type { ResultSummary } from './aggregate-job.ts'
import { OvertakenError } from './fence.ts'
import type { ResultWanted } from './write-result.ts'

/** What became of one look at an export, and so what happens to its message. */
export type ExportOutcome =
  | { readonly kind: 'finished'; readonly state: ExportState; readonly summary: ResultSummary }
  | { readonly kind: 'failed'; readonly failure: JobFailure } // It has ended without a result.
  | { readonly kind: 'ended' } // It had ended before.
  | { readonly kind: 'unknown' } // Nobody has asked for it.

export interface ExportName {
  readonly jobId: JobId
  readonly exportId: ExportId
}

export interface Deps {
  readExport(name: ExportName, signal: AbortSignal): Promise<ResultExport | undefined>
  readJob(jobId: JobId, signal: AbortSignal): Promise<Job | undefined>
  /** How many batches of the job are recorded. */
  recordedBatches(jobId: JobId, signal: AbortSignal): Promise<number>
  /** A sentence when this deployment must not write there. */
  refusal(uri: string): string | undefined
  writeResult(
    wanted: ResultWanted & Pick<ExportName, 'exportId'>,
    signal: AbortSignal,
  ): Promise<ResultSummary>
  /** The failure that `error` means, when trying again cannot mend it. */
  failureOf(error: unknown): JobFailure | undefined
  /** Ends the export; false when it had ended. */
  finish(
    name: ExportName,
    state: Exclude<ExportState, 'requested'>,
    facts: { summary?: ResultSummary; failure?: JobFailure },
    signal: AbortSignal,
  ): Promise<boolean>
}

/**
 * Makes a new result of a job from its recorded predictions; nothing is invoked.
 *
 * The message names only job and export. What is to be written, and where, is what the ledger holds,
 * and is held to what this deployment allows. It may die at any await: the message comes again, and
 * the next attempt writes the same bytes under the same names.
 */
export async function exportResult(
  deps: Deps,
  name: ExportName,
  signal: AbortSignal,
): Promise<ExportOutcome> {
  const wanted = await deps.readExport(name, signal)
  if (wanted === undefined) return { kind: 'unknown' }
  if (wanted.state !== 'requested') return { kind: 'ended' }
  const job = await deps.readJob(name.jobId, signal)
  const failure = await whyNot(deps, wanted, job, signal)
  if (job === undefined || failure !== undefined) {
    return await fail(deps, name, failure ?? noSuchJob(name), signal)
  }

  const { decision, output } = wanted
  const spec = { ...job.spec, decision, output }
  try {
    const summary = await deps.writeResult({ job, spec, exportId: name.exportId }, signal)
    const state = summary.failedRows === 0 ? 'succeeded' : 'succeeded_with_failures'
    const first = await deps.finish(name, state, { summary }, signal)
    return first ? { kind: 'finished', state, summary } : { kind: 'ended' }
  } catch (error) {
    // Work that was stopped says nothing about the export.
    signal.throwIfAborted()
    if (error instanceof OvertakenError) return { kind: 'ended' }
    const final = deps.failureOf(error)
    if (final === undefined) throw error
    return await fail(deps, name, final, signal)
  }
}

async function fail(
  deps: Deps,
  name: ExportName,
  failure: JobFailure,
  signal: AbortSignal,
): Promise<ExportOutcome> {
  const first = await deps.finish(name, 'failed', { failure }, signal)
  return first ? { kind: 'failed', failure } : { kind: 'ended' }
}

const noSuchJob = ({ jobId }: ExportName): JobFailure => ({
  code: 'job_missing',
  message: `export of job ${jobId}: there is no such job`,
})

/** Why the export cannot be made, before anything is read or written for it. */
async function whyNot(
  deps: Deps,
  { jobId, decision, output }: ResultExport,
  job: Job | undefined,
  signal: AbortSignal,
): Promise<JobFailure | undefined> {
  if (job === undefined) return undefined
  const refusal = deps.refusal(output.uri)
  if (refusal !== undefined) return { code: 'output_refused', message: refusal }
  const notApart = whyNotApart(job.spec.dataset, output)
  if (notApart !== undefined) {
    return { code: 'output_refused', message: `output ${output.uri}: ${notApart}` }
  }
  const [issue] = resultIssues(job.spec.dataset.format, decision, output)
  if (issue !== undefined) {
    return { code: 'spec_invalid', message: `${issue.path.join('.')}: ${issue.message}` }
  }
  // A job that failed has no result there.
  const own = job.state.startsWith('succeeded') ? Object.values(resultNames(job.spec.output)) : []
  if (own.some((uri) => Object.values(resultNames(output)).includes(uri))) {
    const message = `output ${output.uri}: the job's own result lies there, choose another`
    return { code: 'output_taken', message }
  }
  const recorded = await deps.recordedBatches(jobId, signal)
  if (recorded === job.plan?.batches) return undefined
  const counts = `${recorded} of ${job.plan?.batches ?? 'its'} batches are recorded`
  const message = `export of job ${jobId}: it is ${job.state}, ${counts}; wait for its end`
  return { code: 'not_recorded', message }
}
