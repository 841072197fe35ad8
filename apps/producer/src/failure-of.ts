import { CsvError } from '@millrace/csv'
import { explainUninvoked, InvocationError } from '@millrace/invocation'
import { type JobFailure, jobFailureOf, PlanError } from '@millrace/job'
import { StorageError } from '@millrace/storage'
import { PlanningError } from './planning-error.ts'

/**
 * Errors that trying again cannot mend, as the job's failure.
 *
 * @param region of the endpoints, for what is said of one that cannot be invoked.
 */
export function failureOf(error: unknown, region: string): JobFailure | undefined {
  if (error instanceof StorageError) {
    return error.retryable || error.isOutage ? undefined : jobFailureOf(error)
  }
  // The probe of a retry has been repeated by then.
  if (error instanceof InvocationError) return unprobed(error, region)
  const isFinal =
    error instanceof CsvError || error instanceof PlanError || error instanceof PlanningError
  return isFinal ? jobFailureOf(error) : undefined
}

/** In the words that a preflight has for it. */
function unprobed(error: InvocationError, region: string): JobFailure {
  const sentence = explainUninvoked(error, region)
  if (sentence === undefined) return jobFailureOf(error)
  return jobFailureOf({ code: error.code, message: `plan: ${sentence}` })
}
