import { type Documents, type Job, type JobId, PlanError, readPinnedDataset } from '@millrace/job'
import { readJob } from '@millrace/ledger'
import { jobDocuments, type Storage } from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import { ofJob } from '../refusal/of-job.ts'
import type { World } from '../world.ts'
import { openJob } from '../system/open-system.ts'
import type { SystemOptions } from '../system/which-system.ts'
import { storageOf } from '../system/storage-of.ts'
import type { System } from '../system/system.ts'

/** Parts that a reader asks for ahead of their turn: from here each is tens of milliseconds away. */
export const PARTS_AHEAD = 7

/** A job with all that is kept of it, to be read. */
export interface JobReader extends AsyncDisposable {
  readonly system: System
  readonly job: Job
  readonly storage: Storage
  readonly documents: Documents
  /** Of the jobs too that a retry stands on. */
  readonly documentsOf: (jobId: JobId) => Documents
}

/**
 * Opens a job as `openJob` does, with the places where its documents and its dataset lie.
 *
 * @throws {CliError} when there is no such job, or the system does not say where its documents are.
 */
export async function openReader(
  wanted: string | undefined,
  options: SystemOptions,
  world: World,
): Promise<JobReader> {
  const { system, jobId } = await openJob(wanted, options, world)
  await using opened = new AsyncDisposableStack()
  opened.use(system)
  const storage = opened.use(await storageOf(system, options))
  const job = await ofJob(system, jobId, readJob(system.ledger, jobId, world.stop), world.stop)
  const workUri = workUriOf(system)
  const documentsOf = (of: JobId): Documents => jobDocuments(storage, workUri, of)
  const held = opened.move()
  return {
    system,
    job,
    storage,
    documents: documentsOf(jobId),
    documentsOf,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

/** The dataset as it was when the job was planned. */
export async function datasetOf({ job, documents }: JobReader, signal: AbortSignal) {
  if (job.dataset === undefined) throw new PlanError(`job ${job.jobId} has no pinned dataset yet`)
  return await readPinnedDataset(documents, job.dataset, signal)
}

function workUriOf({ env }: System): string {
  const uri = env['MILLRACE_WORK_URI']
  if (uri !== undefined && uri !== '') return uri
  throw new CliError('MILLRACE_WORK_URI is not set: where the plans of jobs lie is not known', {
    hint: 'the outputs of the stack name it',
  })
}
