import { setTimeout as sleep } from 'node:timers/promises'
import { InvocationError, type Invoke, type Limiter, scoreBatch } from '@millrace/invocation'
import {
  type Documents,
  encodeCompletionMessage,
  type JobId,
  limits,
  PlanError,
  readPinnedDataset,
  readPlanSegment,
} from '@millrace/job'
import {
  createProgressMarker,
  type Ledger,
  moveJob,
  type Part,
  putPart,
  readJob,
  readPart,
} from '@millrace/ledger'
import { publish, type Queue } from '@millrace/queue'
import { jobDocuments, type Storage, StorageError } from '@millrace/storage'
import type { Config } from './config.ts'
import { createJobCache } from './job-cache.ts'
import { createPlanCache } from './plan-cache.ts'
import type { Deps, OpenJob, Verdict } from './process-batch.ts'
import { type RowReason, type ScoredPayload, scoreRows } from './score-rows.ts'

export interface World {
  readonly ledger: Ledger
  readonly storage: Storage
  readonly completions: Queue
  readonly invoke: Invoke
  readonly limiter: Limiter
}

/** What `processBatch` needs, made of this deployment's clients. */
export function createDeps(config: Config, world: World, lifetime: AbortSignal): Deps {
  const { ledger, storage } = world
  const marker = createProgressMarker(ledger)
  const documentsOf = (jobId: JobId): Documents =>
    jobDocuments(storage, config.MILLRACE_WORK_URI, jobId)
  const openJob = createJobCache(
    (jobId, previous) => readOpenJob(ledger, documentsOf(jobId), jobId, previous, lifetime),
    () => performance.now(),
  )
  const planned = createPlanCache((job, segment) =>
    readPlanSegment(documentsOf(job.jobId), segment, lifetime),
  )
  return {
    openJob,
    planned,
    recorded: async (job, batch, signal) => {
      const part = await readPart(ledger, job, batch, documentsOf(job.jobId), signal)
      return part?.failures.length
    },
    score: (open, batch, attempt, signal) =>
      scoreRows(
        {
          read: storage.read,
          reasonToGiveUp,
          score: ({ job }, { batch: index }, payload, aborted): Promise<ScoredPayload> =>
            scoreBatch(
              {
                invoke: world.invoke,
                limiter: world.limiter,
                sleep: wait,
                random: Math.random,
                now,
              },
              {
                ...payload,
                endpoint: job.spec.endpoint,
                firstRow: 0,
                payloadBytesMax: job.spec.batching.payloadBytesMax,
                inferenceId: `${job.jobId}-${index}`,
              },
              aborted,
            ),
        },
        open,
        batch,
        attempt,
        signal,
      ),
    putPart: async (job, batch, attempt, scored, signal) => {
      const part: Part = {
        jobId: job.jobId,
        batch: batch.batch,
        rows: batch.rows,
        attempt,
        recordedAt: Math.floor(Date.now() / 1_000),
        ...scored,
      }
      const put = await putPart(
        ledger,
        { ...part, partitions: job.partitions },
        documentsOf(job.jobId),
        signal,
      )
      const held = put.kind === 'duplicate' ? put.part : part
      return { kind: put.kind, failedRows: held.failures.length }
    },
    mark: async (job, batch, failedRows, signal) => {
      const { full } = await marker.mark(job, batch, failedRows, signal)
      return full
    },
    publishCompletion: async ({ jobId }, signal) => {
      await publish(world.completions, [{ body: encodeCompletionMessage(jobId) }], signal)
    },
    failJob: async ({ jobId }, reason, signal) => {
      const failure = { code: codeOf(reason), message: reason.message }
      await moveJob(
        ledger,
        jobId,
        'failed',
        { failure, now: Math.floor(Date.now() / 1_000) },
        signal,
      )
    },
    verdict: verdictOf,
  }
}

const now = (): number => performance.now()

const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal })
}

/** Reads a job anew; its dataset never changes once it is pinned, so it is kept. */
async function readOpenJob(
  ledger: Ledger,
  documentsOfJob: Documents,
  jobId: JobId,
  previous: OpenJob | undefined,
  signal: AbortSignal,
): Promise<OpenJob | undefined> {
  const job = await readJob(ledger, jobId, signal)
  if (job?.dataset === undefined) return undefined
  const dataset =
    previous !== undefined && previous.job.dataset?.digest === job.dataset.digest
      ? previous.dataset
      : await readPinnedDataset(documentsOfJob, job.dataset, signal)
  return { job, dataset }
}

/** The last attempt decides; what is not the rows' fault or the batch's is never charged to them. */
export function reasonToGiveUp(error: unknown, attempt: number): RowReason | undefined {
  if (!(error instanceof InvocationError)) return undefined
  if (error.kind === 'throttle' || error.kind === 'systemic') return undefined
  if (error.kind !== 'permanent' && attempt < limits.attemptsMax) return undefined
  return { code: error.code, message: error.words === '' ? error.message : error.words }
}

/**
 * What an error means.
 *
 * | error                                   | verdict  | because                                       |
 * | --------------------------------------- | -------- | --------------------------------------------- |
 * | throttled, outage, credentials, no such endpoint | postpone | not the batch's fault: it is not charged |
 * | dataset changed or gone, plan unreadable | fail job | no batch of this job can be read any more    |
 * | anything else                            | release  | another attempt, of a bounded number          |
 */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof InvocationError) {
    return error.kind === 'throttle' || error.kind === 'systemic' ? 'postpone' : 'release'
  }
  if (error instanceof PlanError) return 'fail_job'
  if (error instanceof StorageError) {
    return error.code === 'object_changed' || error.code === 'object_missing'
      ? 'fail_job'
      : 'release'
  }
  return 'release'
}

function codeOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined
  if (code === 'object_changed') return 'dataset_changed'
  if (code === 'object_missing') return 'dataset_missing'
  return typeof code === 'string' ? code : 'unknown'
}
