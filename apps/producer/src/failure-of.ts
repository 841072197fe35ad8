import { CsvError } from '@millrace/csv'
import { InvocationError } from '@millrace/invocation'
import { type JobFailure, jobFailureOf, PlanError } from '@millrace/job'
import { StorageError } from '@millrace/storage'
import { PlanningError } from './planning-error.ts'

/** Errors that trying again cannot mend, as the job's failure. */
export function failureOf(error: unknown): JobFailure | undefined {
  if (error instanceof StorageError) {
    return error.retryable || error.isOutage ? undefined : jobFailureOf(error)
  }
  const isFinal =
    error instanceof CsvError ||
    error instanceof PlanError ||
    error instanceof PlanningError ||
    // The probe has been repeated by then.
    error instanceof InvocationError
  return isFinal ? jobFailureOf(error) : undefined
}
