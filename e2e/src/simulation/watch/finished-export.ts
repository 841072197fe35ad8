import { BUCKET } from '../cloud.ts'
import { EXPORT_THRESHOLD, exportName, type Exports } from '../exports.ts'
import type { KnownJob } from '../known-job.ts'
import type { Rules } from './rules.ts'
import type { Truth } from './truth.ts'

/** Holds the export of a job to how it has ended: it is there where the job has its result, and holds what it must. */
export async function checkExport(
  truth: Truth,
  { check }: Rules,
  job: KnownJob,
  outcome: ReturnType<Exports['outcomeOf']>,
): Promise<void> {
  const state = truth.stateOf(job.jobId)
  if (state === undefined) return
  const what = `${job.token} is ${state}, its export ${outcome?.state} ${outcome?.failure ?? ''}`
  check('every export ends', outcome !== undefined && outcome.state !== 'requested', what)
  if (outcome?.state === 'failed') {
    const changed = outcome.failure === 'dataset_changed' && job.versions.size > job.plan.objects
    const unfinished = outcome.failure === 'not_recorded' && !state.startsWith('succeeded')
    return check('exports fail for a reason', changed || unfinished, what)
  }
  const { bytes } = truth.cloud.store.object(`${BUCKET}/results/${exportName(job)}`) ?? {}
  const wanted = await truth.resultOf(job, EXPORT_THRESHOLD)
  check('an export holds what the parts hold', bytes?.toString() === wanted, what)
  const failed = await truth.failedRowsOf(job)
  const ended = failed.size === 0 ? 'succeeded' : 'succeeded_with_failures'
  check('accounting', outcome?.state === ended, `${what}, ${failed.size} failed rows`)
}
