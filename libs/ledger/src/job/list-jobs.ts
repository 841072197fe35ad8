import type { Job } from '@millrace/job'
import type { Item } from '../table/item.ts'
import { ACTIVE, jobOfItem, UNTOLD } from './job-item.ts'
import type { Ledger } from '../table/ledger.ts'
import { LedgerError } from '../table/ledger-error.ts'
import { queryItems } from '../table/query.ts'
import { ACTIVE_JOBS_INDEX, JOBS_BY_DAY_INDEX } from '../table/table.ts'

export type JobsWanted =
  | { readonly active: true } // Those that have not ended.
  | { readonly untold: true } // Those that have, and whose end is still to be told.
  | { readonly day: string } // Those created on this UTC day, such as `2026-11-25`.

/** A job that a newer version has written, or another hand has changed. */
export interface UnreadableJob {
  readonly jobId: string
  /** Seconds since the epoch; not known where that cannot be read either. */
  readonly createdAt?: number
  readonly error: LedgerError
}

/**
 * Lists jobs, the newest first. The index follows a write after a moment: it may lag behind.
 *
 * @param onUnreadable hears of each job that cannot be read: it costs the others nothing.
 */
export async function* listJobs(
  ledger: Ledger,
  wanted: JobsWanted,
  onUnreadable: (job: UnreadableJob) => void,
  signal: AbortSignal,
): AsyncGenerator<Job> {
  const [IndexName, name, value] =
    'day' in wanted
      ? [JOBS_BY_DAY_INDEX, 'day', wanted.day]
      : [ACTIVE_JOBS_INDEX, 'active', 'untold' in wanted ? UNTOLD : ACTIVE]
  const input = {
    IndexName,
    KeyConditionExpression: '#key = :value',
    ExpressionAttributeNames: { '#key': name },
    ExpressionAttributeValues: { ':value': { S: value } },
    ScanIndexForward: false,
  }
  for await (const item of queryItems(ledger, 'list jobs', input, signal)) {
    const job = readable(item, onUnreadable)
    if (job !== undefined) yield job
  }
}

function readable(item: Item, onUnreadable: (job: UnreadableJob) => void): Job | undefined {
  try {
    return jobOfItem(item)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    const createdAt = Number(item['createdAt']?.N)
    onUnreadable({
      jobId: item['jobId']?.S ?? item['PK']?.S ?? '',
      ...(Number.isNaN(createdAt) ? {} : { createdAt }),
      error,
    })
    return undefined
  }
}
