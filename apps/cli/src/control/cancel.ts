import { encodeCompletionMessage } from '@millrace/job'
import { cancelJob } from '@millrace/ledger'
import { publish } from '@millrace/queue'
import { ofJob } from '../refusal/of-job.ts'
import { openJob } from '../system/open-system.ts'
import type { World } from '../world.ts'
import type { ControlOptions } from './control-options.ts'
import { refused } from './refused.ts'

/** `millrace cancel`: ends the job. */
export async function cancel(options: ControlOptions, world: World): Promise<string> {
  const { system, jobId } = await openJob(options.job, options, world)
  await using _open = system
  const now = Math.floor(Date.now() / 1_000)
  const cancelled = await ofJob(
    system,
    jobId,
    cancelJob(system.ledger, jobId, { now }, world.stop),
    world.stop,
  )
  if (cancelled.kind === 'refused' && cancelled.state !== 'cancelled')
    throw refused('cancelled', jobId, cancelled.state)
  // The aggregator is told, as of every job that ends.
  const body = encodeCompletionMessage(jobId)
  await publish(system.queue('completions'), [{ body }], world.stop)
  return `${jobId} is cancelled; there is no result`
}
