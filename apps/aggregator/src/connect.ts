import { jsonLines, rowOffsets } from '@millrace/csv'
import {
  allowsUri,
  deadlineOf,
  type Documents,
  encodeCompletionMessage,
  encodeJobRequest,
  type Job,
  type JobId,
  limits,
  type PinnedDataset,
  type PinnedObject,
  PlanError,
  readPinnedDataset,
  readPlanSegments,
  toleranceExceeded,
} from '@millrace/job'
import {
  claimEvent,
  claimJob,
  confirmEvent,
  finishExport,
  finishJob,
  holdsLease,
  isHeld,
  type Ledger,
  listJobs,
  moveJob,
  noteTakers,
  readExport,
  readJob,
  readRunsOfParts,
  readProgress,
  renewLease,
  type UnreadableJob,
} from '@millrace/ledger'
import type { EventSinks } from '@millrace/events'
import { publish, type Queue } from '@millrace/queue'
import { type Logger, type Metrics, noMetrics } from '@millrace/service'
import { jobDocuments, type Storage } from '@millrace/storage'
import { AccountingError } from './account/accounting-error.ts'
import { beginThread } from './thread/ask-thread.ts'
import type { Claim, Deps } from './aggregate-job.ts'
import type { Config } from './config.ts'
import type { Deps as ExportDeps } from './export-result.ts'
import { failureOf } from './failure-of.ts'
import type { FencedFiles } from './fence.ts'
import { createPlaces, type TakePlace } from './files/take-place.ts'
import { keepLease } from './keep-lease.ts'
import { createPrinter } from './thread/printer.ts'
import type { Deps as ReconcileDeps } from './reconcile.ts'
import { type Deps as EventDeps, tellAtRisk, tellEvents } from './tell-events.ts'
import { type DeadlineWatch, watchDeadlines } from './watch-deadlines.ts'
import { writeApart } from './write-apart.ts'
import type { Deps as ResultDeps } from './write-result.ts'

export interface World {
  readonly ledger: Ledger
  readonly storage: Storage
  readonly completions: Queue
  readonly jobs: Queue
  /** Only looked at: its backlog is what consumers are scaled by. */
  readonly batches?: Queue
  /** Who hears of jobs that start and end; nobody when absent. */
  readonly events?: EventSinks
  /** Names this process in its leases. */
  readonly owner: string
}

const seconds = (): number => Math.floor(Date.now() / 1_000)

/** What `aggregateJob` needs, made of this deployment's clients. */
export function createDeps(
  config: Config,
  world: World,
  metrics: Metrics = noMetrics,
  takePlace: TakePlace = createPlaces(),
): Deps {
  const { ledger, storage } = world
  const result = createResultDeps(config, world, takePlace)
  return {
    claim: (jobId, signal) => claim(world, jobId, signal),
    keepLease: (lease, signal, work) =>
      keepLease(
        async (aborted) => await renewLease(ledger, lease, { now: seconds() }, aborted),
        {
          everyMs: limits.leaseRenewSeconds * 1_000,
          lostAfterMs: limits.leaseSeconds * 1_000,
          now: () => performance.now(),
        },
        signal,
        work,
      ),
    writeResult: async ({ job, lease }, signal) => {
      const mayWrite = (aborted: AbortSignal) => holdsLease(ledger, lease, aborted)
      return await writeApart(storage, result, mayWrite, { job, spec: job.spec }, signal)
    },
    failureOf: (error) => {
      if (error instanceof AccountingError) metrics.count('millrace.accounting.failures', 1)
      return failureOf(error)
    },
    finish: async (lease, state, facts, signal) => {
      const finished = await finishJob(ledger, lease, { state, now: seconds(), ...facts }, signal)
      return finished.kind === 'finished'
    },
  }
}

/** All but what writes: that differs by who may. */
function createResultDeps(
  config: Config,
  { ledger, storage }: World,
  takePlace: TakePlace,
): Omit<ResultDeps, keyof FencedFiles> {
  const documentsOf = (jobId: JobId): Documents =>
    jobDocuments(storage, config.MILLRACE_WORK_URI, jobId)
  return {
    region: config.AWS_REGION,
    takePlace,
    dataset: async (job, signal) =>
      await readPinnedDataset(documentsOf(job.jobId), pinOf(job), signal),
    below: async ({ retryOf }, signal) => {
      const layers = retryOf?.layers ?? []
      const jobs = await Promise.all(layers.map((jobId) => readJob(ledger, jobId, signal)))
      return jobs.filter((layer) => layer !== undefined)
    },
    planned: (job, signal) => readPlanSegments(documentsOf(job.jobId), job, signal),
    parts: (job, signal, rowStyle) =>
      readRunsOfParts(ledger, job, documentsOf, signal, createPrinter(rowStyle)),
    input: async (dataset, { object, bytes }, target, signal) =>
      await storage.readInto(objectOf(dataset, object), bytes.start, target, signal),
    stream: (dataset, object, range, signal) =>
      storage.stream(objectOf(dataset, object), range, signal),
    rowOffsets: ({ spec: { dataset } }, bytes) =>
      rowOffsets(bytes, dataset.format === 'jsonl' ? jsonLines : dataset.csv),
  }
}

function objectOf(dataset: PinnedDataset, object: number): PinnedObject {
  const found = dataset.objects[object]
  if (found === undefined) throw new PlanError(`plan: no object ${object} in the dataset`)
  return found
}

/** What has no more batches is done before the other thread would be ready, unless it waits already. */
const BATCHES_ALONE = 32

async function claim({ ledger, owner }: World, jobId: JobId, signal: AbortSignal): Promise<Claim> {
  const job = await readJob(ledger, jobId, signal)
  if (job === undefined) return { kind: 'unknown' }
  if ((job.plan?.batches ?? 0) > BATCHES_ALONE) beginThread()
  const { done, failedRows } = await readProgress(ledger, jobId, signal)
  if (done.size !== job.plan?.batches) return { kind: 'not_ready' }
  const claimed = await claimJob(ledger, jobId, { owner, now: seconds() }, signal)
  if (claimed.kind !== 'claimed') return claimed
  // Consumers look now and then; here every batch is counted.
  const failure = toleranceExceeded(claimed.job, failedRows)
  return failure === undefined ? claimed : { ...claimed, failure }
}

function pinOf(job: Job): NonNullable<Job['dataset']> {
  if (job.dataset === undefined) throw new PlanError(`job ${job.jobId} has no pinned dataset`)
  return job.dataset
}

/** What `tellEvents` needs; nothing when nobody wants to hear. */
export function createEventDeps({ ledger, events }: World): EventDeps | undefined {
  if (events === undefined || events.sinks.length === 0) return undefined
  return {
    claim: (jobId, kind, signal) => claimEvent(ledger, jobId, { kind, now: seconds() }, signal),
    sinks: events.sinks,
    noteTakers: (jobId, kind, takers, signal) =>
      noteTakers(ledger, jobId, { kind, takers }, signal),
    confirm: (jobId, kind, signal) => confirmEvent(ledger, jobId, kind, signal),
  }
}

/** What `exportResult` needs. */
export function createExportDeps(
  config: Config,
  world: World,
  takePlace: TakePlace = createPlaces(),
): ExportDeps {
  const { ledger, storage } = world
  const result = createResultDeps(config, world, takePlace)
  return {
    readExport: (name, signal) => readExport(ledger, name, signal),
    readJob: (jobId, signal) => readJob(ledger, jobId, signal),
    recordedBatches: async (jobId, signal) => (await readProgress(ledger, jobId, signal)).done.size,
    refusal: (uri) =>
      allowsUri(config.MILLRACE_RESULTS_ALLOWED, uri)
        ? undefined
        : `output ${uri} is outside of MILLRACE_RESULTS_ALLOWED`,
    writeResult: async (wanted, signal) => {
      const name = { jobId: wanted.job.jobId, exportId: wanted.exportId }
      const mayWrite = async (aborted: AbortSignal) =>
        (await readExport(ledger, name, aborted))?.state === 'requested'
      return await writeApart(storage, result, mayWrite, wanted, signal)
    },
    failureOf,
    finish: (name, state, facts, signal) =>
      finishExport(ledger, name, { state, now: seconds(), ...facts }, signal),
  }
}

/** What the reconciler needs. */
export function createReconcileDeps(
  world: World,
  logger: Logger,
  metrics: Metrics = noMetrics,
): ReconcileDeps {
  const unreadable =
    (what: string) =>
    ({ error, jobId }: UnreadableJob): void =>
      logger.warn({ error, jobId }, what)
  return {
    activeJobs: (signal) =>
      listJobs(world.ledger, { active: true }, unreadable('job not looked at'), signal),
    jobsWithDeadline: (signal) => jobsWithDeadline(world.ledger, signal),
    untoldJobs: (signal) =>
      listJobs(world.ledger, { untold: true }, unreadable('end of job not told yet'), signal),
    recordedBatches: async (jobId, signal) =>
      (await readProgress(world.ledger, jobId, signal)).done.size,
    isHeld: (jobId, signal) => isHeld(world.ledger, jobId, { now: seconds() }, signal),
    requestJob: async (request, signal) => {
      await publish(world.jobs, [{ body: encodeJobRequest(request) }], signal)
    },
    publishCompletion: async (jobId, signal) => {
      await publish(world.completions, [{ body: encodeCompletionMessage(jobId) }], signal)
    },
    failJob: async (jobId, failure, signal) => {
      const { kind } = await moveJob(
        world.ledger,
        jobId,
        'failed',
        { failure, now: seconds() },
        signal,
      )
      if (kind === 'moved') metrics.count('millrace.jobs.ended', 1, 'failed')
      logger.warn({ jobId, code: failure.code, reason: failure.message }, 'job ended unfinished')
      await publish(world.completions, [{ body: encodeCompletionMessage(jobId) }], signal)
    },
    onStalled: ({ jobId, state }, recorded, asking) => {
      metrics.count('millrace.jobs.stalled', 1)
      const what = asking ? 'job stands still, asking for it again' : 'job stands still'
      logger.warn({ jobId, state, recorded }, what)
    },
    deadlines: createDeadlineWatch(world, logger, metrics),
    tellEnd: async (jobId, signal) => {
      const events = createEventDeps(world)
      if (events !== undefined) await tellEvents(events, jobId, signal)
      else await confirmEvent(world.ledger, jobId, 'ended', signal)
    },
    onError: (error, what, jobId) => logger.warn({ error, jobId }, what),
    now: () => performance.now(),
    epochSeconds: seconds,
  }
}

/** The ledger keeps no list of these: of all that are active the others are left out. */
async function* jobsWithDeadline(ledger: Ledger, signal: AbortSignal): AsyncGenerator<Job> {
  for await (const job of listJobs(ledger, { active: true }, () => {}, signal)) {
    if (deadlineOf(job) !== undefined) yield job
  }
}

/** Whether jobs will be late: to logs, metrics and who wants to hear. */
function createDeadlineWatch(world: World, logger: Logger, metrics: Metrics): DeadlineWatch {
  const watch = watchDeadlines({
    onStanding({ jobId, state }, { standing, deadline, expectedAt }) {
      const facts = { jobId, state, deadline, expectedAt }
      if (standing === 'late') logger.warn(facts, 'job is late')
      else if (standing === 'at_risk') logger.warn(facts, 'job will be late at its pace')
      else logger.info(facts, 'job will be in time after all')
    },
    tellAtRisk: async ({ jobId }, { expectedAt }, signal) => {
      const events = createEventDeps(world)
      if (events === undefined) return true
      const forecast = expectedAt === undefined ? {} : { expectedAt }
      return await tellAtRisk(events, jobId, forecast, signal)
    },
    epochSeconds: seconds,
  })
  metrics.gauge('millrace.jobs.at_risk', () => watch.atRisk())
  return watch
}
