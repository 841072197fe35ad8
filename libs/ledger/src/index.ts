export { type AdjustJobOutcome, adjustJob } from './adjust-job.ts'
export { cancelJob } from './cancel-job.ts'
export {
  claimEvent,
  type ClaimEventOutcome,
  confirmEvent,
  type EventKind,
  type EventSummary,
} from './claim-event.ts'
export { type ClaimOutcome, claimJob } from './claim-job.ts'
export { claimRetry } from './claim-retry.ts'
export { announceConsumer, type Presence } from './consumer-presence.ts'
export { createExport } from './create-export.ts'
export { type CreateJobOutcome, createJob } from './create-job.ts'
export { finishExport } from './finish-export.ts'
export { type FinishFacts, type FinishOutcome, finishJob } from './finish-job.ts'
export type { Lease } from './lease.ts'
export { createLedgerClient, type Ledger, type LedgerClientOptions } from './ledger.ts'
export { LedgerError, type LedgerErrorCode } from './ledger-error.ts'
export { listJobs, type JobsWanted } from './list-jobs.ts'
export type { ClosableTableClient, TableClient, TableOperations } from './table-client.ts'
export { type BatchMark, markBatches } from './mark-batches.ts'
export { type MoveFacts, moveJob, type MoveJobOutcome } from './move-job.ts'
export {
  type DocumentsOf,
  type Part,
  type PartPlace,
  type PartWork,
  type PrintedPart,
  type PrintParts,
  workOf,
} from './part.ts'
export { expectPartSize, type PartSize } from './part-size.ts'
export { pauseJob } from './pause-job.ts'
export { pinDataset } from './pin-dataset.ts'
export { createProgressMarker, type ProgressMarker } from './progress-marker.ts'
export { putPart, type PutPartOutcome } from './put-part.ts'
export { readExport } from './read-export.ts'
export { readFailures } from './read-failures.ts'
export { readJob } from './read-job.ts'
export { readNewestJob } from './read-newest-job.ts'
export { readNewestPart, readPart } from './read-part.ts'
export { readParts } from './read-parts.ts'
export {
  type DoneBatches,
  type Progress,
  readLayeredProgress,
  readProgress,
} from './read-progress.ts'
export { readRows, type RowAnswer } from './read-rows.ts'
export { readWatermark, type Watermark } from './read-watermark.ts'
export { renewLease } from './renew-lease.ts'
export { type ResumeJobOutcome, resumeJob } from './resume-job.ts'
export { sealPlan, type SealPlanOutcome } from './seal-plan.ts'
export { settleProgress } from './settle-progress.ts'
export {
  ACTIVE_JOBS_INDEX,
  createTable,
  JOBS_BY_DAY_INDEX,
  TTL_ATTRIBUTE,
  tableDefinition,
} from './table.ts'
export { listRejections, putRejection, type Rejection } from './rejection.ts'
