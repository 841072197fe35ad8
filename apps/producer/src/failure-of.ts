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
    // The probe has been repeated by then; a throttled endpoint is asked again later.
    (error instanceof InvocationError && error.kind !== 'throttle')
  if (!final) return undefined
  const hint = 'hint' in error && error.hint !== undefined ? ` — ${error.hint}` : ''
  return { code: error.code, message: `${error.message}${hint}` }
}

function storageFailure({ code, retryable, message }: StorageError): JobFailure | undefined {
  if (retryable) return undefined
  if (code === 'object_changed') return { code: 'dataset_changed', message }
  if (code === 'object_missing') return { code: 'dataset_missing', message }
  return { code, message }
}
