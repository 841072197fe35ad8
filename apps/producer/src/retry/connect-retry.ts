import type { Invoke } from '@millrace/invocation'
import type { Batch, Documents, Job, JobId, JobRequest, PinnedDataset } from '@millrace/job'
import {
  claimRetry,
  type Ledger,
  markBatches,
  pinDataset as recordPin,
  readFailures,
  readJob,
  readLayeredProgress,
  readNewestPart,
} from '@millrace/ledger'
import type { Storage } from '@millrace/storage'
import { type AllowList, placesRefusalOf } from '../allow-list.ts'
import { inheritBatches } from './inherit-batches.ts'
import {
  type Deps as PlanDeps,
  inheritDataset,
  inheritedPlan,
  plannedLayer,
} from './inherit-plan.ts'
import { type Deps as OpenDeps, openRetry } from './open-retry.ts'
import type { Opened } from '../plan-job.ts'
import { isAboutRow, probeRetry } from './probe-retry.ts'

interface World {
  readonly ledger: Ledger
  readonly storage: Pick<Storage, 'read'>
  readonly allow: AllowList
  /** Repeats the invocations of a job over passing faults. */
  invokeFor(jobId: JobId): Invoke
  documentsOf(jobId: JobId): Documents
  createJob(job: Job, signal: AbortSignal): Promise<Opened>
}

/** What planning does otherwise for a retry, made of this deployment's clients. */
export function createRetryDeps(world: World) {
  const { ledger, storage, allow, invokeFor, documentsOf, createJob } = world
  const progress: OpenDeps['progress'] = (layers, signal) =>
    readLayeredProgress(ledger, layers, signal)
  const below = async ({ retryOf, partitions }: Job, batch: number, signal: AbortSignal) => {
    const place = { layers: retryOf?.layers ?? [], partitions }
    return await readNewestPart(ledger, place, batch, documentsOf, signal)
  }
  const opening: OpenDeps = {
    readJob: (jobId, signal) => readJob(ledger, jobId, signal),
    createJob,
    refusal: (spec) => placesRefusalOf(allow, spec),
    progress,
    failures: (job, signal) => readFailures(ledger, job, documentsOf, signal),
  }
  const plan: PlanDeps = {
    readJob: opening.readJob,
    documentsOf,
    claim: (jobId, retry, signal) => claimRetry(ledger, jobId, retry, signal),
    recordPin: (job, pin, signal) => recordPin(ledger, job.jobId, pin, signal),
  }
  return {
    open: async (
      fresh: Job,
      request: JobRequest & Required<Pick<JobRequest, 'retryOf'>>,
      signal: AbortSignal,
    ): Promise<Opened> => await openRetry(opening, fresh, request, signal),
    pinDataset: async (job: Job, signal: AbortSignal): Promise<PinnedDataset> =>
      await inheritDataset(plan, job, signal),
    plan: async (job: Job, signal: AbortSignal): Promise<AsyncIterable<Batch> | undefined> =>
      await inheritedPlan(plan, job, signal),
    inherit: async (job: Job, signal: AbortSignal): Promise<void> => {
      const layer = await plannedLayer(plan, job, signal)
      await inheritBatches(
        {
          progress,
          below,
          mark: ({ jobId, expiresAt }, marks, aborted) =>
            markBatches(
              ledger,
              {
                jobId,
                ...(layer?.plan === undefined ? {} : { plan: layer.plan }),
                ...(expiresAt === undefined ? {} : { expiresAt }),
              },
              marks,
              aborted,
            ),
        },
        job,
        signal,
      )
    },
    probe: async (
      job: Job,
      dataset: PinnedDataset,
      planned: AsyncIterable<Batch>,
      signal: AbortSignal,
    ): Promise<void> =>
      await probeRetry(
        {
          planned: () => planned,
          recordedBatches: async ({ jobId }, aborted) => {
            const { done } = await progress([jobId], aborted)
            return (batch) => done.has(batch)
          },
          below,
          read: storage.read,
          invoke: async ({ jobId, spec }, body, aborted) => {
            const invoke = invokeFor(jobId)
            await invoke({ endpoint: spec.endpoint, body }, aborted).catch((error: unknown) => {
              aborted.throwIfAborted()
              if (!isAboutRow(error)) throw error
            })
          },
        },
        job,
        dataset,
        signal,
      ),
  }
}
