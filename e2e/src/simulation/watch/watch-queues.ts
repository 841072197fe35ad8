import { isFinal, type JobId, planSegmentName, planSegmentOf } from '@millrace/job'
import type { StoredMessage } from '@millrace/testing'
import { BUCKET, type QueueName, type Watcher } from '../cloud.ts'
import { isJunk } from '../junk.ts'
import type { Notes } from '../notes.ts'
import type { Rules } from './rules.ts'
import { batchIn, readBatch, requestedBy, type Truth } from './truth.ts'
import type { TableWatch } from './watch-table.ts'

export type QueuesWatch = Pick<Watcher, 'sent' | 'deleted'>

/** Holds each send of a batch, and each delete of a message, to what must be recorded before it. */
export function watchQueues(
  truth: Truth,
  { wasPaused }: Pick<TableWatch, 'wasPaused'>,
  { check }: Rules,
  notes: Notes,
): QueuesWatch {
  const { cloud } = truth

  /** Why a batch message may not be deleted yet. */
  function notRecorded(message: StoredMessage): string | undefined {
    const read = batchIn(message)
    if (read === undefined) return 'it cannot be read and is not kept'
    const { jobId, batch } = read
    const state = truth.stateOf(jobId)
    // A paused job's messages are let go of: whoever resumes it has it published again.
    if (state === 'aggregating' || state === 'paused' || isEnded(jobId)) return undefined
    // Its delete may arrive just after the resume; the request for the job is not let go of before the
    // batch is published again, as `notPlanned` holds. No row is lost with what is no batch of it.
    if (wasPaused(jobId) && (isJunk(read) || isAskedFor(jobId))) return undefined
    if (!truth.hasPart(truth.knownOf(jobId) ?? { jobId }, batch)) {
      return `batch ${batch} has no part`
    }
    return truth.hasMark({ jobId }, batch) ? undefined : `batch ${batch} has no mark`
  }

  /** Why a job request may not be deleted yet. */
  function notPlanned(jobId: JobId): string | undefined {
    if (truth.stateOf(jobId) === 'paused' || isEnded(jobId)) return undefined
    const batches = truth.itemOf(jobId)?.['plan']?.M?.['batches']?.N
    if (batches === undefined) return `job ${jobId} is not planned`
    if (notes.faults.has('purge_batches')) return undefined
    const queued = batchesQueued(jobId)
    const job = truth.knownOf(jobId) ?? { jobId }
    for (let batch = 0; batch < Number(batches); batch += 1) {
      if (!queued.has(batch) && !truth.hasPart(job, batch)) {
        return `batch ${batch} was never published`
      }
    }
    return undefined
  }

  function batchesQueued(jobId: JobId): ReadonlySet<number> {
    const queued = new Set<number>()
    for (const message of messagesOf('batches')) {
      const batch = batchIn(message)
      if (batch?.jobId === jobId) queued.add(batch.batch)
    }
    return queued
  }

  function isEnded(jobId: JobId): boolean {
    const state = truth.stateOf(jobId)
    return state !== undefined && isFinal(state)
  }

  /** By a request that waits, is worked on or was set aside, from where the operator moves it back. */
  const isAskedFor = (jobId: JobId): boolean =>
    messagesOf('jobs').some((message) => requestedBy(message) === jobId)

  /** Messages that ask for the same, that one and what is set aside among them. */
  function copiesOf(message: StoredMessage, queue: QueueName): number {
    // Who asks for a job again may write the same request in other words.
    const isCopy =
      queue === 'jobs'
        ? (other: StoredMessage) => requestedBy(other) === requestedBy(message)
        : ({ body }: StoredMessage) => body === message.body
    return messagesOf(queue).filter(isCopy).length
  }

  const messagesOf = (queue: QueueName): readonly StoredMessage[] => [
    ...cloud.queue(queue).messages,
    ...cloud.queue(`${queue}-dlq`).messages,
  ]

  return {
    sent(queue, body) {
      const read = queue === 'batches' ? readBatch(body) : undefined
      if (read === undefined || isJunk(read)) return
      const { jobId, batch } = read
      const segment = `${BUCKET}/work/${jobId}/${planSegmentName(planSegmentOf(batch))}`
      const isWritten = cloud.store.object(segment) !== undefined
      check('a plan is written before its batches', isWritten, `${jobId}, batch ${batch}`)
    },
    deleted(queue, message) {
      if (queue === 'completions') return
      if (copiesOf(message, queue) > 1) return
      const why = queue === 'batches' ? notRecorded(message) : notPlanned(requestedBy(message))
      check('record before delete', why === undefined, `${queue}: ${why}`)
    },
  }
}
