import { CsvError } from '@millrace/csv'
import { InvocationError } from '@millrace/invocation'
import { type JobFailure, PlanError } from '@millrace/job'
import { StorageError } from '@millrace/storage'
import { PlanningError } from './planning-error.ts'

/** Errors that trying again cannot mend, as the job's failure. */
export function failureOf(error: unknown): JobFailure | undefined {
  if (error instanceof StorageError) return storageFailure(error)
  const final =
    error instanceof CsvError ||
    error instanceof PlanError ||
    error instanceof PlanningError ||
    // The probe has been repeated by then.
    error instanceof InvocationError
  if (!final) return undefined
  return { code: error.code, message: withHint(error) }
}

const withHint = (error: Error & { readonly hint?: string | undefined }): string =>
  error.hint === undefined ? error.message : `${error.message} — ${error.hint}`

function storageFailure(error: StorageError): JobFailure | undefined {
  if (error.retryable || error.isOutage) return undefined
  const { code } = error
  const message = withHint(error)
  if (code === 'object_changed') return { code: 'dataset_changed', message }
  if (code === 'object_missing') return { code: 'dataset_missing', message }
  return { code, message }
}
