export { allowsUri } from './allows-uri.ts'
export { datasetByName, resultByName, withoutCompression } from './by-name.ts'
export type { Batch, RowFailure } from './batch.ts'
export {
  type BatchMessage,
  batchMessageSchema,
  decodeBatchMessage,
  encodeBatchMessage,
  REPUBLISHED,
} from './batch-message.ts'
export {
  type CompletionMessage,
  completionMessageSchema,
  decodeCompletionMessage,
  encodeCompletionMessage,
} from './completion-message.ts'
export { ContractError } from './contract-error.ts'
export { deadlineFrom, WANTED_DEADLINE } from './deadline.ts'
export { deadlineOf } from './deadline-of.ts'
export { OTHER_DELIMITERS } from './delimiters.ts'
export { differenceOf } from './difference.ts'
export {
  type Documents,
  findPlanSegment,
  readPinnedDataset,
  readPlan,
  readPlanSegments,
  readPlanSegment,
  writePinnedDataset,
} from './documents.ts'
export {
  type Adjustment,
  type DatasetPin,
  type Job,
  type JobFailure,
  type PinnedDataset,
  type PinnedObject,
  type PinnedSource,
  type PlanTotals,
  type Postponed,
  type Preflight,
  type RetryOf,
  type Tolerance,
  sourceOf,
} from './job.ts'
export { type JobEvent, jobEventSchema } from './job-event.ts'
export { jobFailureOf } from './job-failure.ts'
export { askedOf } from './asked-of.ts'
export { idleAmong, idleSettings } from './idle-settings.ts'
export { isJobId, type JobId, jobIdOf } from './job-id.ts'
export {
  decodeJobRequest,
  encodeJobRequest,
  jobRequestOf,
  type JobRequest,
  jobRequestSchema,
  readJobRequest,
  recordedRequestOf,
  type RetryRequest,
} from './job-request.ts'
export { dialectOf, type JobSpec, type JobSpecInput, jobSpecSchema } from './job-spec.ts'
export { isFinal, JOB_STATES, type JobState, statesBefore, takesBatches } from './job-state.ts'
export { issueLines } from './issue-words.ts'
export { type JobTemplate, jobTemplatesSchema, requestFor } from './job-template.ts'
export { isWanted, layersOf, requestOf } from './layers.ts'
export { limits } from './limits.ts'
export { mapAhead } from './map-ahead.ts'
export { check } from './message.ts'
export {
  type MetricApp,
  metricCatalogue,
  type MetricDefinition,
  type MetricName,
  type MetricOfKind,
  METRICS_NAMESPACE,
  type MetricValueOf,
} from './metric-catalogue.ts'
export { type CreatedObject, objectsCreated } from './object-created.ts'
export { newJobSpecSchema, whyNotAlone, whyNotApart } from './new-job-spec.ts'
export {
  decodePlanSegment,
  encodePlanSegment,
  PlanError,
  planSegmentName,
  planSegmentOf,
} from './plan.ts'
export { printable } from './printable.ts'
export {
  manifestSpecSchema,
  readRecorded,
  recordedExportSchema,
  recordedSpecSchema,
} from './recorded-spec.ts'
export {
  EXPORT_STATES,
  type ExportId,
  exportIdOf,
  exportSpecSchema,
  type ExportState,
  type ResultExport,
} from './result-export.ts'
export { type ResultManifest, resultManifestSchema } from './result-manifest.ts'
export { regionPattern } from './region.ts'
export {
  besideResult,
  compressedEnding,
  fileCompression,
  type NamedOutput,
  type ResultNames,
  resultNames,
} from './result-names.ts'
export {
  addedNames,
  type Decision,
  decisionSchema,
  type Output,
  outputSchema,
  resultIssues,
  takenName,
  thresholdsOf,
} from './result-spec.ts'
export { type ByteRange, lengthOf, type RowRange } from './range.ts'
export { hasTolerance, toleranceExceeded } from './tolerance.ts'
export { decodeUriList, encodeUriList } from './uri-list.ts'
