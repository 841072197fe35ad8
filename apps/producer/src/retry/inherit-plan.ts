import {
  type Batch,
  type DatasetPin,
  type Documents,
  encodePlanSegment,
  type Job,
  type JobId,
  limits,
  type PinnedDataset,
  planSegmentName,
  readPinnedDataset,
  readPlanSegment,
  writePinnedDataset,
} from '@millrace/job'
import { whyOverDataset } from '@millrace/storage'
import { PlanningError } from '../planning-error.ts'

/*
 * A retry has copies of the pinned dataset and the plan of the job that it retries. Whoever works on a
 * job then finds them where they always are, and scanning gigabytes again would only give the same.
 */

export interface Deps {
  readJob(jobId: JobId, signal: AbortSignal): Promise<Job | undefined>
  documentsOf(jobId: JobId): Documents
  /** Claims the job below for the retry; gives back the retry that holds the claim. */
  claim(below: JobId, retry: JobId, signal: AbortSignal): Promise<JobId>
  recordPin(job: Job, pin: DatasetPin, signal: AbortSignal): Promise<DatasetPin>
}

/**
 * Pins a retry to the dataset of the job below.
 *
 * @throws {PlanningError} `output_taken` when the result of the retry would lie over an object of it; `retried_already` when another retry of the same job was first.
 */
export async function inheritDataset(
  deps: Deps,
  job: Job,
  signal: AbortSignal,
): Promise<PinnedDataset> {
  const own = deps.documentsOf(job.jobId)
  if (job.dataset !== undefined) return await readPinnedDataset(own, job.dataset, signal)
  const below = job.retryOf?.jobId ?? job.jobId
  const pinned = await layerWith(deps, job, ({ dataset }) => dataset !== undefined, signal)
  if (pinned?.dataset === undefined) {
    throw new PlanningError('dataset_empty', `nothing of job ${below} was planned`)
  }
  const documents = deps.documentsOf(pinned.jobId)
  const dataset = await readPinnedDataset(documents, pinned.dataset, signal)
  // Before the claim: a retry that ends by this must not keep the job below from another one.
  const reason = whyOverDataset(job.spec, dataset.objects)
  if (reason !== undefined) throw new PlanningError('output_taken', reason)
  const holder = await deps.claim(below, job.jobId, signal)
  if (holder !== job.jobId) {
    throw new PlanningError('retried_already', `job ${below} is retried by job ${holder}`)
  }
  await deps.recordPin(job, await writePinnedDataset(own, dataset, signal), signal)
  return dataset
}

/** The plan of the jobs below, when it is whole; each segment is copied before its batches are yielded. */
export async function inheritedPlan(
  deps: Deps,
  job: Job,
  signal: AbortSignal,
): Promise<AsyncIterable<Batch> | undefined> {
  const planned = await plannedLayer(deps, job, signal)
  if (planned?.plan === undefined) return undefined
  const { batches } = planned.plan
  return copySegments(deps.documentsOf(planned.jobId), deps.documentsOf(job.jobId), batches, signal)
}

/** The newest of the jobs below whose plan is whole. */
export async function plannedLayer(
  deps: Pick<Deps, 'readJob'>,
  job: Job,
  signal: AbortSignal,
): Promise<Job | undefined> {
  return await layerWith(deps, job, ({ plan }) => plan !== undefined, signal)
}

async function* copySegments(
  from: Documents,
  to: Documents,
  batches: number,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  for (let segment = 0; segment * limits.planSegmentBatches < batches; segment += 1) {
    const planned = await readPlanSegment(from, segment, signal)
    await to.write(planSegmentName(segment), encodePlanSegment(planned), signal)
    yield* planned
  }
}

/** The newest of the jobs below that has come so far. */
async function layerWith(
  deps: Pick<Deps, 'readJob'>,
  { retryOf }: Job,
  has: (job: Job) => boolean,
  signal: AbortSignal,
): Promise<Job | undefined> {
  for (const jobId of retryOf?.layers ?? []) {
    const layer = await deps.readJob(jobId, signal)
    if (layer !== undefined && has(layer)) return layer
  }
  return undefined
}
