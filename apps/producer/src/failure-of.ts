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
    (error instanceof InvocationError && !error.retryable)
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
