import { listRejections, readJob } from '@millrace/ledger'
import { besideEstimate } from '../cost/beside-estimate.ts'
import { readCost } from '../cost/read-cost.ts'
import { readEstimate } from '../cost/read-estimate.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { fit } from '../show/fit.ts'
import { jobProgress } from '../system/job-progress.ts'
import { ofJob } from '../refusal/of-job.ts'
import { openJob } from '../system/open-system.ts'
import { storageOf } from '../system/storage-of.ts'
import type { SystemOptions } from '../system/which-system.ts'
import type { World } from '../world.ts'
import { jobFacts } from './job-facts.ts'

export interface StatusOptions extends SystemOptions {
  /** The latest local job when absent. */
  readonly job?: string
  readonly json: boolean
  /** A file with what `millrace estimate --json` said of the job. */
  readonly estimate?: string
}

/** `millrace status`: what a job is, how far it is, and what became of it. */
export async function status(options: StatusOptions, world: World): Promise<ExitCode> {
  const estimate = options.estimate === undefined ? undefined : await readEstimate(options.estimate)
  const { system, jobId } = await openJob(options.job, options, world)
  await using _open = system
  const job = await ofJob(system, jobId, readJob(system.ledger, jobId, world.stop), world.stop)
  const progress = await jobProgress(system, jobId, world.stop)
  await using storage = await storageOf(system, options)
  const cost = await readCost(job, storage, world.stop)
  // The ledger keeps one a batch at most.
  const rejections = await Array.fromAsync(listRejections(system.ledger, jobId, world.stop))
  const text = options.json
    ? JSON.stringify({ ...job, progress, rejections, cost, estimate })
    : fit(jobFacts(job, progress, { cost, rejections }), world.stdout)
  world.stdout.write(`${text}\n`)
  if (estimate !== undefined && !options.json) {
    const beside = cost === undefined ? 'there is no bill yet' : besideEstimate(estimate, cost)
    world.stdout.write(`\n${beside}\n`)
  }
  return EXIT.succeeded
}
