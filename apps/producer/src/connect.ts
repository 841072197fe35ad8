import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { InvocationError, type Invoke, preflight } from '@millrace/invocation'
import {
  type Documents,
  encodeBatchMessage,
  encodeCompletionMessage,
  type Job,
  type JobId,
  type JobRequest,
  limits,
  type PinnedObject,
  readPlan,
  REPUBLISHED,
} from '@millrace/job'
import {
  createJob,
  type Ledger,
  moveJob,
  pinDataset as recordPin,
  readJob,
  readProgress,
  sealPlan,
  settleProgress,
} from '@millrace/ledger'
import { type OutgoingMessage, publish, type Queue } from '@millrace/queue'
import { type Logger, noTelemetry, publishSpan, type Telemetry } from '@millrace/service'
import {
  type Compression,
  jobDocuments,
  readersFor,
  resolveUri,
  type Storage,
} from '@millrace/storage'
import { refusalOf } from './allow-list.ts'
import type { Config } from './config.ts'
import { createRetryDeps } from './connect-retry.ts'
import { failureOf } from './failure-of.ts'
import { pinDataset } from './pin-dataset.ts'
import type { Deps } from './plan-job.ts'
import { probeJob } from './probe-job.ts'
import { scanBatches } from './scan-batches.ts'
import { spoolObjects } from './spool-objects.ts'
import { createStateCache } from './state-cache.ts'
import { preflightOf, tellPreflight } from './tell-preflight.ts'

export interface World {
  readonly ledger: Ledger
  readonly storage: Storage
  readonly batches: Queue
  readonly completions: Queue
  readonly invoke: Invoke
}

/** What `planJob` needs, made of this deployment's clients. */
export function createDeps(
  config: Config,
  world: World,
  logger: Pick<Logger, 'info' | 'warn'>,
  { metrics, tracer }: Telemetry = noTelemetry,
): Deps {
  const { ledger, storage } = world
  const now = (): number => Math.floor(Date.now() / 1_000)
  const documentsOf = (jobId: JobId): Documents =>
    jobDocuments(storage, config.MILLRACE_WORK_URI, jobId)
  const allow = {
    datasets: config.MILLRACE_DATASETS_ALLOWED,
    results: config.MILLRACE_RESULTS_ALLOWED,
    endpoints: config.MILLRACE_ENDPOINTS_ALLOWED,
  }
  const stateOf = createStateCache(
    async (jobId, signal) => (await readJob(ledger, jobId, signal))?.state,
    () => performance.now(),
  )
  const makeJob = async (job: Job, signal: AbortSignal): Promise<Job> => {
    const made = await createJob(ledger, job, signal)
    return made.kind === 'created' ? job : made.job
  }
  const invoke = patient(world.invoke)
  const retry = createRetryDeps({ ...world, allow, invoke, documentsOf, createJob: makeJob })
  return {
    stateOf,
    refusal: (request) => refusalOf(allow, request),
    openJob: async (jobId, request, signal) => {
      const { retryOf } = request
      const job = newJob(jobId, request, {
        createdAt: now(),
        retentionDays: config.MILLRACE_RETENTION_DAYS,
      })
      return retryOf === undefined
        ? { kind: 'opened', job: await makeJob(job, signal) }
        : await retry.open(job, { ...request, retryOf }, signal)
    },
    pinDataset: (job, signal) =>
      job.retryOf === undefined
        ? pinDataset(
            {
              documents: documentsOf(job.jobId),
              pin: storage.pin,
              read: storage.read,
              spool: (objects, compression, aborted) =>
                spool(config, world, logger, job, objects, compression, aborted),
              recordPin: (pinned, pin, aborted) => recordPin(ledger, pinned.jobId, pin, aborted),
            },
            job,
            signal,
          )
        : retry.pinDataset(job, signal),
    inherit: (job, signal) => retry.inherit(job, signal),
    probe: async (job, dataset, signal) => {
      const inherited = await retry.plan(job, signal)
      if (inherited !== undefined) {
        await retry.probe(job, dataset, inherited, signal)
        return undefined
      }
      return await probeJob(
        {
          read: storage.read,
          preflight: async ({ jobId, spec }, probe, aborted) => {
            const { endpoint, batching } = spec
            const report = await preflight(
              { invoke },
              { ...probe, endpoint, region: config.AWS_REGION, rowsMax: batching.rows },
              aborted,
            )
            tellPreflight(logger, jobId, probe.rows, report)
            if (report.kind === 'wrong') return report
            return { kind: 'ready', preflight: preflightOf(report) }
          },
        },
        job,
        dataset,
        signal,
      )
    },
    planBatches: async function* (job, dataset, signal) {
      const known =
        job.plan === undefined
          ? await retry.plan(job, signal)
          : readPlan(documentsOf(job.jobId), job, signal)
      yield* known ??
        scanBatches(
          {
            documents: documentsOf(job.jobId),
            read: (object, aborted) =>
              storage.read(object, { start: 0, end: object.bytes }, aborted),
            stream: storage.stream,
            readersFor,
          },
          job,
          dataset,
          signal,
        )
    },
    recordedBatches: async (job, signal) => {
      const { done } = await readProgress(ledger, job.jobId, signal)
      return (batch) => done.has(batch)
    },
    publishBatches: async (job, batches, signal) => {
      // With a pinned dataset an earlier attempt, or the same job before a pause, may have published.
      const again = job.dataset === undefined ? {} : { [REPUBLISHED]: 'yes' }
      await publishSpan(tracer, world.batches.url, async (span) => {
        const attributes = { ...tracer.carrier(), ...again }
        async function* messages(): AsyncGenerator<OutgoingMessage> {
          for await (const batch of batches) {
            const body = encodeBatchMessage({ jobId: job.jobId, ...batch })
            yield { body, groupId: job.jobId, attributes }
          }
        }
        const published = await publish(world.batches, messages(), signal)
        metrics.count('millrace.batches.published', published)
        span.set({ 'messaging.batch.message_count': published, 'millrace.job_id': job.jobId })
      })
    },
    seal: async (job, { totals, ...facts }, signal) => {
      await sealPlan(ledger, job.jobId, totals, { now: now(), ...facts }, signal)
      await settleProgress(ledger, job, totals, signal)
    },
    publishCompletion: async (jobId, signal) => {
      await publishSpan(tracer, world.completions.url, async () => {
        const message = { body: encodeCompletionMessage(jobId), attributes: tracer.carrier() }
        await publish(world.completions, [message], signal)
      })
    },
    failJob: async ({ jobId, plan }, failure, signal) => {
      const facts = { failure, now: now(), unplanned: plan === undefined }
      const moved = await moveJob(ledger, jobId, 'failed', facts, signal)
      if (moved.kind === 'moved') metrics.count('millrace.jobs.ended', 1, 'failed')
      return moved.kind === 'moved' || moved.state === 'failed'
    },
    failureOf,
  }
}

async function spool(
  config: Config,
  { storage }: World,
  logger: Pick<Logger, 'info' | 'warn'>,
  { jobId }: Job,
  objects: readonly PinnedObject[],
  compression: Compression,
  signal: AbortSignal,
): Promise<readonly PinnedObject[]> {
  const startedAt = performance.now()
  const folder = resolveUri(config.MILLRACE_WORK_URI, `${jobId}/spool/${randomUUID()}`)
  const placeOf = (index: number): string =>
    resolveUri(folder, `${String(index).padStart(6, '0')}.txt`)
  const copies = await spoolObjects({ ...storage, placeOf, limits }, objects, compression, signal)
  const facts = {
    jobId,
    compression,
    objects: copies.length,
    bytesCompressed: sumOf(objects),
    bytes: sumOf(copies),
    durationMs: Math.round(performance.now() - startedAt),
  }
  logger.info(facts, 'dataset decompressed')
  return copies
}

const sumOf = (objects: readonly PinnedObject[]): number =>
  objects.reduce((sum, { bytes }) => sum + bytes, 0)

function newJob(
  jobId: JobId,
  { clientToken, spec }: JobRequest,
  { createdAt, retentionDays }: { createdAt: number; retentionDays: number },
): Job {
  const job = { jobId, clientToken, spec, partitions: limits.partPartitions, createdAt } as const
  const expiry = retentionDays > 0 ? { expiresAt: createdAt + retentionDays * DAY_SECONDS } : {}
  return { ...job, state: 'planning', ...expiry }
}

const DAY_SECONDS = 24 * 60 * 60

/** Waits between the looks at an endpoint that cannot be reached or answers with a passing fault. */
const PASSING_WAITS_MS = [250, 500, 1_000, 2_000, 4_000]
/** A cold or multi-model endpoint loads its model for up to six minutes, and throttles meanwhile. */
const THROTTLED_WAITS_MS = [100, 200, 400, 800, 1_600, ...Array.from({ length: 72 }, () => 5_000)]

/** Repeats an invocation over passing faults, so that a preflight judges a working endpoint. */
function patient(invoke: Invoke): Invoke {
  return async (request, signal) => {
    const waits = { transient: [...PASSING_WAITS_MS], throttle: [...THROTTLED_WAITS_MS] }
    for (;;) {
      try {
        return await invoke(request, signal)
      } catch (error) {
        if (!(error instanceof InvocationError)) throw error
        const { kind } = error
        const waitMs = kind === 'transient' || kind === 'throttle' ? waits[kind].shift() : undefined
        if (waitMs === undefined) throw error
        await sleep(waitMs, undefined, { signal })
      }
    }
  }
}
