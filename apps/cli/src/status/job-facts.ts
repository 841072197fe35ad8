import type { Job } from '@millrace/job'
import { factsOf } from '../show/table.ts'
import { when } from '../show/when.ts'
import type { JobProgress } from '../system/job-progress.ts'

/** A job for people: one fact a line. */
export function jobFacts(job: Job, { batches, failedRows }: JobProgress): string {
  const { plan, spec, failure } = job
  const recorded = plan === undefined ? `${batches}` : `${batches} of ${plan.batches}`
  return factsOf([
    ['job', job.jobId],
    ['state', job.state],
    ['failure', failure && `${failure.message} (${failure.code})`],
    ['dataset', spec.dataset.uri],
    ['endpoint', spec.endpoint.name],
    ['result', spec.output.uri],
    ['rows', plan?.rows],
    ['failed rows', failedRows],
    ['batches', `${recorded} recorded`],
    ['created', when(job.createdAt)],
    ['started', when(job.startedAt)],
    ['ended', when(job.endedAt)],
  ])
}
