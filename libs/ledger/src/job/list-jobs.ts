import type { Job } from '@millrace/job'
import { ACTIVE, jobOfItem, UNTOLD } from './job-item.ts'
import type { Ledger } from '../table/ledger.ts'
import { queryItems } from '../table/query.ts'
import { ACTIVE_JOBS_INDEX, JOBS_BY_DAY_INDEX } from '../table/table.ts'

export type JobsWanted =
  | { readonly active: true } // Those that have not ended.
  | { readonly untold: true } // Those that have, and whose end is still to be told.
  | { readonly day: string } // Those created on this UTC day, such as `2026-11-25`.

/** Lists jobs, the newest first. The index follows a write after a moment: it may lag behind. */
export async function* listJobs(
  ledger: Ledger,
  wanted: JobsWanted,
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
  for await (const item of queryItems(ledger, 'list jobs', input, signal)) yield jobOfItem(item)
}
