import { pauseJob, readJob } from '@millrace/ledger'
import { whatContinues } from '../system/no-run-at-work.ts'
import { ofJob } from '../refusal/of-job.ts'
import { openJob } from '../system/open-system.ts'
import type { World } from '../world.ts'
import type { ControlOptions } from './control-options.ts'
import { refused } from './refused.ts'

/** `millrace pause`: no further batch of the job is invoked. */
export async function pause(options: ControlOptions, world: World): Promise<string> {
  const { system, jobId } = await openJob(options.job, options, world)
  await using _open = system
  const paused = await ofJob(system, jobId, pauseJob(system.ledger, jobId, world.stop), world.stop)
  if (paused.kind === 'refused' && paused.state !== 'paused')
    throw refused('paused', jobId, paused.state)
  const words = paused.kind === 'refused' ? 'is paused already' : 'is paused'
  const then = system.isHost
    ? `no run is at work on it, and ${whatContinues(await readJob(system.ledger, jobId, world.stop))}`
    : `millrace resume ${jobId} goes on with it`
  return `${jobId} ${words}; ${then}`
}
