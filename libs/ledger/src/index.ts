export { type AdjustJobOutcome, adjustJob } from './job/adjust-job.ts'
export { cancelJob } from './job/cancel-job.ts'
export {
  claimEvent,
  type ClaimEventOutcome,
  confirmEvent,
  type DueEvent,
  type EventKind,
  type EventSummary,
  noteTakers,
} from './job/claim-event.ts'
export { type ClaimOutcome, claimJob } from './job/claim-job.ts'
export { claimRetry } from './job/claim-retry.ts'
export { announceConsumer, type Presence } from './job/consumer-presence.ts'
export { createExport } from './export/create-export.ts'
export { type CreateJobOutcome, createJob } from './job/create-job.ts'
export { finishExport } from './export/finish-export.ts'
export { type FinishFacts, type FinishOutcome, finishJob } from './job/finish-job.ts'
export type { Lease } from './job/lease.ts'
export { createLedgerClient, type Ledger, type LedgerClientOptions } from './table/ledger.ts'
export { LedgerError, type LedgerErrorCode } from './table/ledger-error.ts'
export { fixClasses } from './job/fix-classes.ts'
export { holdsLease } from './job/holds-lease.ts'
export { isHeld } from './job/is-held.ts'
export { listJobs, type JobsWanted, type UnreadableJob } from './job/list-jobs.ts'
export type { ClosableTableClient, TableClient, TableOperations } from './table/table-client.ts'
export { type BatchMark, markBatches } from './progress/mark-batches.ts'
export { type MoveFacts, moveJob, type MoveJobOutcome } from './job/move-job.ts'
export {
  type DocumentsOf,
  type Part,
  type PartPlace,
  type PartWork,
  type PrintedPart,
  type ReadPart,
  type PrintParts,
  variantsOf,
  workOf,
} from './part/part.ts'
export { expectPartSize, type PartSize } from './part/part-size.ts'
export { noteFailedAttempt } from './job/note-failed-attempt.ts'
export { noteWait } from './job/note-wait.ts'
export { pauseJob } from './job/pause-job.ts'
export { pinDataset } from './job/pin-dataset.ts'
export { postponeJob } from './job/postpone-job.ts'
export { createProgressMarker, type ProgressMarker } from './progress/progress-marker.ts'
export { putPart, type PutPartOutcome } from './part/put-part.ts'
export { readExport } from './export/read-export.ts'
export { readFailures } from './part/read-failures.ts'
export { isForgotten, readJob } from './job/read-job.ts'
export { readNewestJob } from './job/read-newest-job.ts'
export { readNewestPart, readPart } from './part/read-part.ts'
export { readParts, readRunsOfParts } from './part/read-parts.ts'
export {
  type DoneBatches,
  type LayeredProgress,
  readLayeredProgress,
  readProgress,
} from './progress/read-progress.ts'
export { readRows, type RowAnswer } from './part/read-rows.ts'
export { readWatermark, type Watermark } from './progress/read-watermark.ts'
export { renewLease } from './job/renew-lease.ts'
export { type ResumeJobOutcome, resumeJob } from './job/resume-job.ts'
export { sealPlan, type SealPlanOutcome } from './job/seal-plan.ts'
export { settleProgress } from './progress/settle-progress.ts'
export {
  ACTIVE_JOBS_INDEX,
  createTable,
  JOBS_BY_DAY_INDEX,
  TTL_ATTRIBUTE,
  tableDefinition,
} from './table/table.ts'
export { listRejections, putRejection, type Rejection } from './part/rejection.ts'
