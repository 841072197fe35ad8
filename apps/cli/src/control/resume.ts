import { encodeJobRequest, isFinal, type JobId, requestOf, takesBatches } from '@millrace/job'
import { readJob, resumeJob } from '@millrace/ledger'
import { publish } from '@millrace/queue'
import type { CliError } from '../cli-error.ts'
import { noRunAtWork } from '../system/no-run-at-work.ts'
import { ofJob } from '../refusal/of-job.ts'
import { openJob } from '../system/open-system.ts'
import type { System } from '../system/system.ts'
import type { World } from '../world.ts'
import type { ControlOptions } from './control-options.ts'
import { refused } from './refused.ts'

/** `millrace resume`: sets a paused job back to where it was and has what is missing published. */
export async function resume(options: ControlOptions, world: World): Promise<string> {
  const { system, jobId } = await openJob(options.job, options, world)
  await using _open = system
  if (system.isHost) throw await notHere(system, jobId, world.stop)
  const resumed = await ofJob(
    system,
    jobId,
    resumeJob(system.ledger, jobId, world.stop),
    world.stop,
  )
  // Of a job that was not paused the request is sent too: the last resume may have died before it.
  if (!takesBatches(resumed.state)) throw refused('resumed', jobId, resumed.state)
  await requestJob(system, jobId, world.stop)
  const words = resumed.kind === 'resumed' ? 'goes on' : 'was not paused; it is asked for again'
  return `${jobId} ${words}`
}

/**
 * Without a run at work nobody would hear the request. Nothing is changed: a run that begins sets its
 * paused job going by itself.
 */
async function notHere({ ledger }: System, jobId: JobId, signal: AbortSignal): Promise<CliError> {
  const job = await readJob(ledger, jobId, signal)
  if (job !== undefined && isFinal(job.state)) return refused('resumed', jobId, job.state)
  return noRunAtWork(jobId, job)
}

/** The messages of a paused job were let go: its request has the producer publish what is missing. */
async function requestJob(system: System, jobId: JobId, signal: AbortSignal): Promise<void> {
  const job = await ofJob(system, jobId, readJob(system.ledger, jobId, signal), signal)
  const body = encodeJobRequest(requestOf(job))
  await publish(system.queue('jobs'), [{ body }], signal)
}
