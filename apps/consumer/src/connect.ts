import { randomUUID } from 'node:crypto'
import {
  createLayoutMemory,
  InvocationError,
  type Invoke,
  type Limiters,
  scoreBatch,
} from '@millrace/invocation'
import {
  type Documents,
  encodeBatchMessage,
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
  moveJob,
  type Part,
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
import { createInTurn } from './in-turn.ts'
import { createJobCache } from './job-cache.ts'
import { createJobLanes } from './job-lanes.ts'
import { keepRecording } from './keep-recording.ts'
import { openJob } from './open-job.ts'
import type { Meter } from './meter.ts'
import { createPlanCache } from './plan-cache.ts'
import type { Deps } from './process-batch.ts'
import { scoreRetry } from './score-retry.ts'
import { type Deps as ScoringDeps, readRow, type ScoredPayload, scoreRows } from './score-rows.ts'
import { createSlots } from './slots.ts'
import { createToleranceWatch } from './tolerance-watch.ts'
import { isAway, reasonToGiveUp, verdictOf } from './verdict.ts'
import { createWitnesses } from './witnesses.ts'

export interface World {
  readonly ledger: Ledger
  readonly storage: Storage
  readonly completions: Queue
  readonly invoke: Invoke
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
  const marker = createProgressMarker(ledger)
  const documentsOf = (jobId: JobId): Documents =>
    jobDocuments(storage, config.MILLRACE_WORK_URI, jobId)
  const consumer = randomUUID()
  const jobs = createJobCache(
    (jobId, previous) =>
      openJob({ ledger, documents: documentsOf(jobId), consumer }, jobId, previous, lifetime),
    now,
  )
  const laneOf = createJobLanes({ openJob: jobs.open, every })
  // Small batches are read as large ones of the same endpoint were.
  const layouts = createLayoutMemory()
  const slots = createSlots(config.MILLRACE_CONCURRENCY, now)
  const failJob = async (jobId: JobId, failure: JobFailure, signal: AbortSignal): Promise<void> => {
    const facts = { failure, now: Math.floor(Date.now() / 1_000) }
    const { kind } = await moveJob(ledger, jobId, 'failed', facts, signal)
    if (kind === 'moved') metrics.count('millrace.jobs.ended', 1, 'failed')
    // The aggregator tells of the end.
    await publish(world.completions, [{ body: encodeCompletionMessage(jobId) }], signal)
  }
  const watchTolerance = createToleranceWatch({
    job: async (jobId) => (await jobs.open(jobId))?.job,
    failedRows: async (jobId) => (await readProgress(ledger, jobId, lifetime)).failedRows,
    failJob: (jobId, failure) => failJob(jobId, failure, lifetime),
    onError: (error, jobId) => world.logger.warn({ error, jobId }, 'tolerance not looked at'),
    sleep: (ms) => wait(ms, lifetime).catch(forever),
    now,
  })
  const kept = <Recorded>(
    { jobId }: Job,
    batch: number,
    record: () => Promise<Recorded>,
    signal: AbortSignal,
  ): Promise<Recorded> => {
    const onWait = (error: unknown): void =>
      world.logger.warn({ error, jobId, batch }, 'recording waits')
    return keepRecording({ isAway, onWait, sleep: wait, random: Math.random, now }, record, signal)
  }
  const planned = createPlanCache((job, segment) =>
    findPlanSegment(documentsOf(job.jobId), segment, lifetime),
  )
  const witnessesOf = createWitnesses({
    progress: (job, signal) => readLayeredProgress(ledger, layersOf(job), signal),
    part: (job, batch, signal) =>
      readNewestPart(ledger, { ...job, layers: layersOf(job) }, batch, documentsOf, signal),
    planned,
    payload: (open, batch, row, signal) => readRow(storage, open, batch, row, signal),
    onError: (error, jobId) => world.logger.warn({ error, jobId }, 'no answered row found'),
    now,
  })
  const scoring: ScoringDeps = {
    read: storage.read,
    reasonToGiveUp,
    inTurn: createInTurn(),
    score: async (open, { batch: index }, payload, aborted): Promise<ScoredPayload> => {
      const { job } = open
      const { endpoint, batching } = job.spec
      if (world.limiters.isInTheWay(endpoint)) throw gone(endpoint.name)
      const shared = world.limiters.of(endpoint)
      const limiter = laneOf(job.jobId, shared)
      const { mayWait, giveBack } = slots.take(shared)
      try {
        return await scoreBatch(
          {
            invoke: world.invoke,
            limiter,
            layouts,
            sleep: wait,
            mayWait,
            random: Math.random,
            now,
          },
          {
            ...payload,
            endpoint,
            firstRow: 0,
            payloadBytesMax: batching.payloadBytesMax,
            inferenceId: `${job.jobId}-${index}`,
            witnesses: witnessesOf(open),
          },
          aborted,
        )
      } finally {
        giveBack()
      }
    },
  }
  return {
    openJob: jobs.open,
    openJobNow: jobs.openNow,
    recordRejection: async (job, message, { code, reason }, attempts, signal) => {
      const { batch } = message
      // Anybody may send any number; what the plan does not know is kept in the queue alone.
      if (job.plan === undefined || batch >= job.plan.batches) return
      const evidence = encodeBatchMessage(message)
      const rejectedAt = Math.floor(Date.now() / 1_000)
      const rejection = { batch, code, message: reason, attempts, evidence, rejectedAt }
      await putRejection(ledger, job, rejection, signal)
    },
    watchTolerance,
    planned,
    recorded: async (job, batch, signal) => {
      const part = await readPart(ledger, job, batch, documentsOf(job.jobId), signal)
      return part?.failures.length
    },
    score: (open, batch, attempt, signal) =>
      scoreRetry(
        {
          below: async ({ retryOf, partitions }, index, aborted) => {
            const place = { layers: retryOf?.layers ?? [], partitions }
            return await readNewestPart(ledger, place, index, documentsOf, aborted)
          },
          score: (...rows) => scoreRows(scoring, ...rows),
        },
        open,
        batch,
        attempt,
        signal,
      ),
    putPart: async (job, batch, attempt, scored, signal) => {
      const spent = world.meter?.take()
      const part: Part = {
        jobId: job.jobId,
        batch: batch.batch,
        rows: batch.rows,
        attempt,
        recordedAt: Math.floor(Date.now() / 1_000),
        ...(job.expiresAt === undefined ? {} : { expiresAt: job.expiresAt }),
        ...(spent === undefined ? {} : { spent: { ...spent } }),
        ...scored,
      }
      const place = { ...part, partitions: job.partitions }
      const documents = documentsOf(job.jobId)
      const record = () => putPart(ledger, place, documents, signal)
      const put = await kept(job, batch.batch, record, signal).catch((error: unknown) => {
        if (spent !== undefined) world.meter?.giveBack(spent)
        throw error
      })
      if (put.kind === 'recorded') world.meter?.recorded()
      else if (spent !== undefined) world.meter?.giveBack(spent)
      const held = put.kind === 'duplicate' ? put.part : part
      return { kind: put.kind, failedRows: held.failures.length }
    },
    mark: async (job, batch, failedRows, signal) => {
      const record = () => marker.mark(job, batch, failedRows, signal)
      const { full } = await kept(job, batch, record, signal)
      return full
    },
    publishCompletion: async ({ jobId }, signal) => {
      await publishSpan(tracer, world.completions.url, async () => {
        const message = { body: encodeCompletionMessage(jobId), attributes: tracer.carrier() }
        await publish(world.completions, [message], signal)
      })
    },
    failJob: ({ jobId }, reason, signal) => failJob(jobId, jobFailureOf(reason), signal),
    verdict: verdictOf,
  }
}

const gone = (endpoint: string): InvocationError =>
  new InvocationError('endpoint_outage', endpoint, 'circuit open, and other endpoints have work')

const now = (): number => performance.now()

const forever = (): Promise<never> => new Promise(() => {})

/** Twice in the time for which a job's state is trusted. */
const LOOK_MS = 1_000

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
