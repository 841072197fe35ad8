import { setInterval as ticks, setTimeout as sleep } from 'node:timers/promises'
import type { Invoke } from '@millrace/invocation'
import {
  differenceOf,
  type Documents,
  encodeCompletionMessage,
  type Job,
  type JobId,
  type JobRequest,
  type JobSpec,
  limits,
  readPlan,
  requestOf,
} from '@millrace/job'
import {
  createJob,
  fixClasses,
  type Ledger,
  LedgerError,
  noteFailedAttempt,
  moveJob,
  pinDataset as recordPin,
  postponeJob,
  readJob,
  readProgress,
  sealPlan,
  settleProgress,
} from '@millrace/ledger'
import { publish, type Queue, readDepth } from '@millrace/queue'
import { type Logger, noTelemetry, publishSpan, type Telemetry } from '@millrace/service'
import { jobDocuments, readersFor, type Storage } from '@millrace/storage'
import { datasetRefusalOf, refusalOf } from './allow-list.ts'
import type { Config } from './config.ts'
import { createRetryDeps } from './retry/connect-retry.ts'
import { failureOf } from './failure-of.ts'
import { keepOtherResult } from './keep-other-result.ts'
import { createPatience } from './preflight/patience.ts'
import { patient } from './preflight/patient-invoke.ts'
import { pinDataset } from './dataset/pin-dataset.ts'
import type { Deps, Opened } from './plan-job.ts'
import { type Deps as PreflightDeps, preflightRows } from './preflight/preflight-rows.ts'
import { probeJob } from './preflight/probe-job.ts'
import { type Deps as PublishDeps, publishBatches } from './publish-batches.ts'
import { scanBatches } from './dataset/scan-batches.ts'
import { type Deps as SpoolDeps, spoolJob } from './dataset/spool-job.ts'
import { createSpoolRoom } from './dataset/spool-room.ts'
import { createStateCache } from './state-cache.ts'

export interface World {
  readonly ledger: Ledger
  readonly storage: Storage
  readonly batches: Queue
  readonly completions: Queue
  readonly invoke: Invoke
}

const FORGOTTEN =
  'its client token was that of a job whose retention is over, and is kept for 30 days more: choose another one'

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
  const makeJob = async (job: Job, signal: AbortSignal): Promise<Opened> => {
    const made = await createJob(ledger, job, signal)
    if (made.kind === 'forgotten') return { kind: 'refused', reason: FORGOTTEN }
    return { kind: 'opened', job: made.kind === 'created' ? job : made.job }
  }
  const publishing: PublishDeps = {
    room: {
      waiting: async (signal) => {
        const { visible, inFlight, delayed } = await readDepth(world.batches, signal)
        return visible + inFlight + delayed
      },
      sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    },
    waitingMax: config.MILLRACE_BATCHES_WAITING_MAX,
    carrier: () => tracer.carrier(),
    publish: (messages, signal) => publish(world.batches, messages, signal),
  }
  const postpone: Deps['postpone'] = (jobId, reason, signal) =>
    postponeJob(ledger, jobId, { at: now(), reason }, signal)
  const spooling: SpoolDeps = {
    ...{ storage, workUri: config.MILLRACE_WORK_URI, logger, stillAt: postpone },
    room: createSpoolRoom(),
    ticks: (signal) => ticks(limits.spoolToldSeconds * 1_000, undefined, { signal }),
  }
  const patience = createPatience(config.MILLRACE_PREFLIGHT_PATIENCE_SECONDS * 1_000, () =>
    performance.now(),
  )
  const invokeFor = patient({ invoke: world.invoke, patience })
  const preflighting: PreflightDeps = { invokeFor, region: config.AWS_REGION, logger }
  const retry = createRetryDeps({ ...world, allow, invokeFor, documentsOf, createJob: makeJob })
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
        ? unlessOther(await makeJob(job, signal), request)
        : unlessOther(await retry.open(job, { ...request, retryOf }, signal), request)
    },
    keepOtherResult: (job, signal) => keepOtherResult(storage, job, signal),
    pinDataset: (job, signal) =>
      job.retryOf === undefined
        ? pinDataset(
            {
              documents: documentsOf(job.jobId),
              pin: (dataset, aborted) =>
                storage.pinAllowed(dataset, (object) => datasetRefusalOf(allow, object), aborted),
              read: storage.read,
              spool: (objects, compression, aborted) =>
                spoolJob(spooling, job, objects, compression, aborted),
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
      const { read } = storage
      const probed = await probeJob(
        { read, preflight: (...rows) => preflightRows(preflighting, ...rows) },
        job,
        dataset,
        signal,
      )
      const { preflight, classes } = probed ?? {}
      if (classes !== undefined) await fixClasses(ledger, job.jobId, classes, signal)
      return preflight
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
    publishBatches: (job, batches, signal) =>
      publishSpan(tracer, world.batches.url, async (span) => {
        const published = await publishBatches(publishing, job, batches, signal)
        metrics.count('millrace.batches.published', published)
        span.set({ 'messaging.batch.message_count': published, 'millrace.job_id': job.jobId })
      }),
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
    postpone,
    noteFailed: async (jobId, error, signal) => {
      // Of a ledger that is away it cannot be told.
      if (error instanceof LedgerError) return
      const reason = error instanceof Error ? error.message : String(error)
      await noteFailedAttempt(ledger, jobId, { at: now(), reason }, signal).catch(
        (failed: unknown) => logger.warn({ error: failed, jobId }, 'failed attempt not noted'),
      )
    },
    failJob: async ({ jobId, plan }, failure, signal) => {
      const facts = { failure, now: now(), unplanned: plan === undefined }
      const moved = await moveJob(ledger, jobId, 'failed', facts, signal)
      if (moved.kind === 'moved') metrics.count('millrace.jobs.ended', 1, 'failed')
      return moved.kind === 'moved' || moved.state === 'failed'
    },
    failureOf: (error) => failureOf(error, config.AWS_REGION),
  }
}

/**
 * What a sender asks for by the token of a job with another spec would never be done, and nobody would know. Another
 * deadline is no other job: who repeats a request may reckon it anew.
 */
function unlessOther(
  opened: Opened,
  { clientToken, spec, retryOf, byTemplate, asked: wanted }: JobRequest,
): Opened {
  if (opened.kind === 'refused' || byTemplate === true) return opened
  // The very request that has made the job, which this version completes by other defaults than the one before.
  if (wanted !== undefined && wanted === opened.job.asked) return opened
  const { jobId, spec: recorded } = opened.job
  const lasting = (one: JobSpec) => ({ ...one, deadline: undefined })
  const { retryOf: asked } = requestOf(opened.job)
  const difference =
    differenceOf('', lasting(spec), lasting(recorded)) ?? differenceOf('retryOf', retryOf, asked)
  if (difference === undefined) return opened
  const reason = `client token ${clientToken} is that of job ${jobId}, which is another one: here ${difference} as there. The same token is the same job: choose another one`
  return { kind: 'refused', reason }
}

function newJob(
  jobId: JobId,
  { clientToken, spec, asked }: JobRequest,
  { createdAt, retentionDays }: { createdAt: number; retentionDays: number },
): Job {
  const job = { jobId, clientToken, spec, partitions: limits.partPartitions, createdAt } as const
  const expiry = retentionDays > 0 ? { expiresAt: createdAt + retentionDays * DAY_SECONDS } : {}
  return { ...job, ...(asked === undefined ? {} : { asked }), state: 'planning', ...expiry }
}

const DAY_SECONDS = 24 * 60 * 60
