import type { Job, JobId } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'

/**
 * Of a job of this machine that has not ended, while nobody works on it: its run was interrupted, and
 * what is published to the services of a command that only looks ends with that command.
 */
export const noRunAtWork = (jobId: JobId, job: Job | undefined): CliError =>
  new CliError(`${jobId}: no run is at work on it`, {
    hint: whatContinues(job),
    exitCode: EXIT.failed,
  })

/** A job that its producer has not made yet does not tell whether it is a retry. */
export function whatContinues(job: Pick<Job, 'retryOf'> | undefined): string {
  if (job === undefined) return 'the same millrace run or millrace retry continues it'
  return `the same millrace ${job.retryOf === undefined ? 'run' : 'retry'} continues it`
}
