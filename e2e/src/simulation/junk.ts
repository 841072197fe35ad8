import type { BatchMessage } from '@millrace/job'
import type { KnownJob } from './known-job.ts'

/** No row of any dataset begins there. */
const BYTES = { start: 1, end: 7 }

/** What a sender that is confused or hostile may put on the batches queue. */
export function junkFor({ jobId }: KnownJob): string[] {
  const batch = { version: 1, batch: 0, rows: { start: 0, end: 1 }, object: 0 }
  return [
    '{"version":1,',
    JSON.stringify({ ...batch, jobId: 'j-of-nobody', bytes: BYTES }),
    JSON.stringify({ ...batch, jobId, bytes: BYTES }),
    JSON.stringify({ ...batch, jobId, batch: 100_000, bytes: BYTES }),
  ]
}

export const isJunk = ({ bytes }: BatchMessage): boolean => bytes.start === BYTES.start
