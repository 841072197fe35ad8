import { CsvError } from '@millrace/csv'
import { type JobFailure, jobFailureOf, PlanError } from '@millrace/job'
import { LedgerError } from '@millrace/ledger'
import { DecisionError } from '@millrace/predictions'
import { StorageError, type StorageErrorCode } from '@millrace/storage'
import { AccountingError } from './account/accounting-error.ts'
import { OutputError } from './rows/output-error.ts'

/** Errors that trying again cannot mend, as the job's failure. */
export function failureOf(error: unknown): JobFailure | undefined {
  if (error instanceof StorageError) {
    const isPassing = error.retryable || error.isOutage || WRITTEN_AGAIN.has(error.code)
    return isPassing ? undefined : jobFailureOf(error)
  }
  // What the ledger holds was changed by another hand: it stays so, whoever reads it next.
  const isCorrupt = error instanceof LedgerError && error.code === 'item_corrupt'
  if (isCorrupt || FINAL.some((kind) => error instanceof kind)) return jobFailureOf(error as Error)
  return undefined
}

/** The result could not be written so; another attempt writes all of it. */
const WRITTEN_AGAIN: ReadonlySet<StorageErrorCode> = new Set(['conflict', 'upload_lost'])

const FINAL = [AccountingError, CsvError, DecisionError, OutputError, PlanError] as const
