import type { JobId, JobState } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'

/** A verb that the job's state does not allow: nothing was changed. */
export function refused(verb: string, jobId: JobId, state: JobState): CliError {
  return new CliError(`${jobId}: is ${state} and cannot be ${verb}`, { exitCode: EXIT.failed })
}
