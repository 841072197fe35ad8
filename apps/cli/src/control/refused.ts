import type { JobId, JobState } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { stateText } from '../show/state-text.ts'

/** A verb that the job's state does not allow: nothing was changed. */
export function refused(verb: string, jobId: JobId, state: JobState): CliError {
  return new CliError(`${jobId} ${stateText(state)} and cannot be ${verb}`, {
    exitCode: EXIT.failed,
  })
}
