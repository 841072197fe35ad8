import { isDeepStrictEqual } from 'node:util'
import {
  ContractError,
  type Job,
  type JobId,
  type JobRequest,
  jobIdOf,
  readJobRequest,
  recordedRequestOf,
} from '@millrace/job'

export interface Deps {
  readJob(jobId: JobId, signal: AbortSignal): Promise<Job | undefined>
}

/**
 * The request in a message that the door refuses, when it asks for a job that there is, by the very spec that was
 * recorded of it: the door has let it in once, and wants more since. Whoever resumes the job, or finds it standing
 * still, can ask for it by no other.
 */
export async function askedAgain(
  deps: Deps,
  body: string,
  signal: AbortSignal,
): Promise<JobRequest | undefined> {
  const request = recordedRequestIn(body)
  if (request === undefined) return undefined
  const job = await deps.readJob(jobIdOf(request.clientToken), signal)
  return isDeepStrictEqual(job?.spec, request.spec) ? request : undefined
}

function recordedRequestIn(body: string): JobRequest | undefined {
  try {
    return recordedRequestOf(readJobRequest(body))
  } catch (error) {
    if (error instanceof ContractError) return undefined
    throw error
  }
}
