import { randomUUID } from 'node:crypto'
import { createLayoutMemory, type Invoke, type Limiters } from '@millrace/invocation'
import {
  type Documents,
  encodeCompletionMessage,
  type Job,
  type JobFailure,
  type JobId,
  findPlanSegment,
  jobFailureOf,
  layersOf,
} from '@millrace/job'
import {
  createProgressMarker,
  type Ledger,
  noteWait,
  moveJob,
  putPart,
  putRejection,
  readLayeredProgress,
  readNewestPart,
  readPart,
  readProgress,
} from '@millrace/ledger'
import { publish, type Queue } from '@millrace/queue'
import { type Logger, publishSpan, type Telemetry } from '@millrace/service'
import { jobDocuments, type Storage } from '@millrace/storage'
import type { Config } from './config.ts'
import { createInTurn } from './score/in-turn.ts'
import { createJobCache } from './job/job-cache.ts'
import { createJobLanes, LOOK_MS } from './job/job-lanes.ts'
import { keepRecording } from './record/keep-recording.ts'
import { openJob } from './job/open-job.ts'
import type { Meter } from './meter.ts'
import { createPlanCache } from './job/plan-cache.ts'
import type { Deps } from './process-batch.ts'
import { type Deps as PartDeps, recordPart } from './record/record-part.ts'
import { type Deps as RejectionDeps, recordRejection } from './record/record-rejection.ts'
import { type Deps as LayersDeps, scoreOverLayers } from './score/score-over-layers.ts'
import { type Deps as PayloadDeps, scorePayload } from './score/score-payload.ts'
import { type Deps as RowsDeps, readRow, scoreRows } from './score/score-rows.ts'
import { createSlots } from './endpoint/slots.ts'
import { createToleranceWatch } from './job/tolerance-watch.ts'
import { createWaitNotes, type Deps as WaitDeps } from './job/wait-notes.ts'
import { isAway, reasonToGiveUp, verdictOf } from './verdict.ts'
import { createWitnesses } from './score/witnesses.ts'

export interface World {
  readonly ledger: Ledger
  readonly storage: Storage
  readonly completions: Queue
  readonly invoke: Invoke
  /** How an endpoint has failed last, where it is watched. */
  readonly faultOf?: WaitDeps['faultOf']
  readonly limiters: Limiters
  readonly logger: Pick<Logger, 'warn'>
  readonly telemetry: Telemetry
  /** Counts what is used of AWS. Without one parts do not tell. */
  readonly meter?: Meter
}

/** What `processBatch` needs, made of this deployment's clients. */
export function createDeps(config: Config, world: World, lifetime: AbortSignal): Deps {
  const { ledger, storage } = world
  const { metrics, tracer } = world.telemetry
  const documentsOf = (jobId: JobId): Documents =>
    jobDocuments(storage, config.MILLRACE_WORK_URI, jobId)
  const consumer = randomUUID()
  const jobs = createJobCache(
    (jobId, previous) =>
      openJob({ ledger, documents: documentsOf(jobId), consumer }, jobId, previous, lifetime),
    now,
  )
  const planned = createPlanCache((job, segment) =>
    findPlanSegment(documentsOf(job.jobId), segment, lifetime),
  )
  const failJob = async (jobId: JobId, failure: JobFailure, signal: AbortSignal): Promise<void> => {
    const facts = { failure, now: seconds() }
    const { kind } = await moveJob(ledger, jobId, 'failed', facts, signal)
    if (kind === 'moved') metrics.count('millrace.jobs.ended', 1, 'failed')
    // The aggregator tells of the end.
    await publish(world.completions, [{ body: encodeCompletionMessage(jobId) }], signal)
  }
  return {
    openJob: jobs.open,
    openJobNow: jobs.openNow,
    planned,
    score: createScoring(config, world, { openJob: jobs.open, planned, documentsOf }),
    ...createRecording(world, documentsOf),
    watchTolerance: createToleranceWatch({
      job: async (jobId) => (await jobs.open(jobId))?.job,
      failedRows: async (jobId) => (await readProgress(ledger, jobId, lifetime)).failedRows,
      failJob: (jobId, failure) => failJob(jobId, failure, lifetime),
      onError: (error, jobId) => world.logger.warn({ error, jobId }, 'tolerance not looked at'),
      sleep: (ms) => wait(ms, lifetime).catch(forever),
      now,
    }),
    publishCompletion: async ({ jobId }, signal) => {
      await publishSpan(tracer, world.completions.url, async () => {
        const message = { body: encodeCompletionMessage(jobId), attributes: tracer.carrier() }
        await publish(world.completions, [message], signal)
      })
    },
    failJob: ({ jobId }, reason, signal) => failJob(jobId, jobFailureOf(reason), signal),
    noteWait: createWaitNotes({
      faultOf: world.faultOf ?? (() => undefined),
      note: (jobId, reason) => noteWait(ledger, jobId, { at: seconds(), reason }, lifetime),
      onError: (error, jobId) => world.logger.warn({ error, jobId }, 'wait not noted'),
      now,
      epochSeconds: seconds,
    }),
    verdict: verdictOf,
  }
}

interface Reads extends Pick<Deps, 'openJob' | 'planned'> {
  documentsOf(jobId: JobId): Documents
}

/** The way of a batch to its endpoint: layers, rows, payload. */
function createScoring(
  config: Config,
  { ledger, storage, invoke, limiters, logger }: World,
  { openJob: open, planned, documentsOf }: Reads,
): Deps['score'] {
  const laneOf = createJobLanes({ openJob: open, every })
  // Small batches are read as large ones of the same endpoint were.
  const layouts = createLayoutMemory()
  const slots = createSlots(config.MILLRACE_CONCURRENCY, now)
  const witnessesOf = createWitnesses({
    progress: (job, signal) => readLayeredProgress(ledger, layersOf(job), signal),
    part: (job, batch, signal) =>
      readNewestPart(ledger, { ...job, layers: layersOf(job) }, batch, documentsOf, signal),
    planned,
    payload: (job, batch, row, signal) => readRow(storage, job, batch, row, signal),
    onError: (error, jobId) => logger.warn({ error, jobId }, 'no answered row found'),
    now,
  })
  const scoring = { invoke, layouts, sleep: wait, random: Math.random, now }
  const payloadDeps: PayloadDeps = { limiters, laneOf, slots, witnessesOf, scoring }
  const rowsDeps: RowsDeps = {
    read: storage.read,
    reasonToGiveUp,
    inTurn: createInTurn(),
    scorePayload: (...payload) => scorePayload(payloadDeps, ...payload),
  }
  const layersDeps: LayersDeps = {
    below: async ({ retryOf, partitions }, batch, signal) => {
      const place = { layers: retryOf?.layers ?? [], partitions }
      return await readNewestPart(ledger, place, batch, documentsOf, signal)
    },
    scoreRows: (...rows) => scoreRows(rowsDeps, ...rows),
  }
  return (...batch) => scoreOverLayers(layersDeps, ...batch)
}

/** What the ledger is told of a batch; while it is away what was answered waits here. */
function createRecording(
  { ledger, logger, meter, telemetry }: World,
  documentsOf: (jobId: JobId) => Documents,
): Pick<Deps, 'recorded' | 'putPart' | 'mark' | 'recordRejection'> {
  const marker = createProgressMarker(ledger)
  const kept = <Recorded>(
    { jobId }: Job,
    batch: number,
    record: () => Promise<Recorded>,
    signal: AbortSignal,
  ): Promise<Recorded> => {
    const onWait = (error: unknown): void => {
      // It may wait for longer than a deployment is watched.
      telemetry.metrics.count('millrace.attempts.failed', 1)
      logger.warn({ error, jobId, batch }, 'recording waits')
    }
    return keepRecording({ isAway, onWait, sleep: wait, random: Math.random, now }, record, signal)
  }
  const partDeps: PartDeps = {
    put: (job, part, signal) => {
      const place = { ...part, partitions: job.partitions }
      const documents = documentsOf(job.jobId)
      return kept(job, part.batch, () => putPart(ledger, place, documents, signal), signal)
    },
    meter,
    now: seconds,
  }
  const rejectionDeps: RejectionDeps = {
    put: (job, rejection, signal) => putRejection(ledger, job, rejection, signal),
    now: seconds,
  }
  return {
    recorded: async (job, batch, signal) => {
      const part = await readPart(ledger, job, batch, documentsOf(job.jobId), signal)
      return part?.failures.length
    },
    putPart: (...answered) => recordPart(partDeps, ...answered),
    mark: async (job, batch, failedRows, signal) => {
      const record = () => marker.mark(job, batch, failedRows, signal)
      const { full } = await kept(job, batch, record, signal)
      return full
    },
    recordRejection: (...rejected) => recordRejection(rejectionDeps, ...rejected),
  }
}

const now = (): number => performance.now()

const seconds = (): number => Math.floor(Date.now() / 1_000)

const forever = (): Promise<never> => new Promise(() => {})

function every(run: () => void): { stop(): void } {
  const timer = setInterval(run, LOOK_MS).unref()
  return { stop: () => clearInterval(timer) }
}

/**
 * On abort rejects with the signal's reason. Node's own makes an exception with its stack of each wait
 * that is ended early, as the deadline of nearly every batch is.
 */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(resolve, ms)
  try {
    await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
