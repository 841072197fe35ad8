import {
  InvocationError,
  type Limiter,
  type Limiters,
  scoreBatch,
  type ScoreBatchDeps,
  type Witnesses,
} from '@millrace/invocation'
import type { Batch, JobId } from '@millrace/job'
import type { OpenJob } from '../job/open-job.ts'
import type { Payload, ScoredPayload } from './score-rows.ts'
import type { Slots } from '../endpoint/slots.ts'

/*
 * What stands between a payload and its endpoint, in this order:
 *
 *     circuit ──▶ a slot of this consumer ──▶ the job's lane ──▶ limiter and endpoint, as often as it takes
 *
 * The slot is there at once, and is held while the payload waits in the lane and at the limiter.
 */

export interface Deps {
  readonly limiters: Pick<Limiters, 'of' | 'isInTheWay'>
  /** The way of a job to the limiter that all jobs of its endpoint share. */
  laneOf(jobId: JobId, shared: Limiter): Limiter
  readonly slots: Slots
  /** Rows that tell whether the endpoint is there. */
  witnessesOf(open: OpenJob): Witnesses
  /** How a batch is scored, but for what is its own. */
  readonly scoring: Omit<ScoreBatchDeps, 'limiter' | 'mayWait'>
}

/**
 * Has the payload of a batch scored. While it waits or is under way it holds a slot, which it gives back
 * whatever comes of it.
 *
 * @throws {InvocationError} `endpoint_outage` at once, where the endpoint is gone and others have work.
 */
export async function scorePayload(
  deps: Deps,
  open: OpenJob,
  { batch }: Batch,
  payload: Payload,
  signal: AbortSignal,
): Promise<ScoredPayload> {
  const { job } = open
  const { endpoint, batching } = job.spec
  if (deps.limiters.isInTheWay(endpoint)) throw gone(endpoint.name)
  const shared = deps.limiters.of(endpoint)
  const limiter = deps.laneOf(job.jobId, shared)
  const { mayWait, giveBack } = deps.slots.take(shared)
  try {
    return await scoreBatch(
      { ...deps.scoring, limiter, mayWait },
      {
        ...payload,
        endpoint,
        firstRow: 0,
        payloadBytesMax: batching.payloadBytesMax,
        inferenceId: `${job.jobId}-${batch}`,
        witnesses: deps.witnessesOf(open),
      },
      signal,
    )
  } finally {
    giveBack()
  }
}

const gone = (endpoint: string): InvocationError =>
  new InvocationError('endpoint_outage', endpoint, 'circuit open, and other endpoints have work')
