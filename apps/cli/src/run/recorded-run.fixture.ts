import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  encodePlanSegment,
  type Job,
  type PinnedObject,
  planSegmentName,
  writePinnedDataset,
} from '@millrace/job'
import { createJob, createProgressMarker, type Part, putPart } from '@millrace/ledger'
import { createStorage, jobDocuments } from '@millrace/storage'
import { makeFolders } from '../local/state-folder.ts'
import { openHostedSystem } from '../system/local-system.ts'
import { createWorld, never } from '../test-data.fixture.ts'
import { type PreparedRun, prepareRun } from './prepare-run.ts'
import type { RunHooks } from './run-job.ts'
import type { RunOptions } from './run-options.ts'

const ROWS = '1,2\n3,4\n'

/** A run of two rows in `folder`, through an endpoint that nobody answers for. */
export async function runIn(
  folder: string,
  change: Partial<RunOptions> = {},
): Promise<{ options: RunOptions; prepared: PreparedRun }> {
  const data = join(folder, 'rows.csv')
  await writeFile(data, ROWS, { flag: 'wx' }).catch(() => {}) // The same file is the same job.
  const options: RunOptions = {
    ...{ data, out: join(folder, 'out.csv'), state: join(folder, '.millrace') },
    ...{ endpointUrl: 'http://127.0.0.1:9', region: 'us-east-1', localLatency: 0 },
    ...{ concurrency: 1, consumers: 1, fresh: false, quiet: true },
    ...change,
    spec: { endpoint: { name: 'churn-v3' }, ...change.spec },
  }
  return { options, prepared: await prepareRun(options, createWorld({}).world, never) }
}

const ENDED = { state: 'succeeded', plan: { batches: 1, rows: 2 } } as const

/**
 * Leaves in the state of a run what an earlier one has recorded: two predictions, in one batch.
 *
 * @param pinned what the dataset was, where it is not on this machine.
 * @param left how far the job came: while it is planned, its rows are not known.
 * @param answers what the endpoint has said, if not two numbers.
 */
export async function recordRun(
  { spec, state }: Pick<PreparedRun, 'spec' | 'state'>,
  pinned?: readonly PinnedObject[],
  left: Pick<Job, 'state' | 'plan'> = ENDED,
  answers: Partial<Pick<Part, 'predictions' | 'failures'>> = {},
): Promise<Job> {
  await makeFolders(state.path)
  await using system = await openHostedSystem(state.path)
  const { jobId, clientToken } = state
  const storage = createStorage({})
  const documents = jobDocuments(storage, state.workUri, jobId)
  const objects = pinned ?? (await storage.pin(spec.dataset.uri, never))
  const dataset = await writePinnedDataset(documents, { objects, header: false, width: 2 }, never)
  const rows = { start: 0, end: 2 }
  const bytes = { start: 0, end: ROWS.length }
  await documents.write(
    planSegmentName(0),
    encodePlanSegment([{ batch: 0, rows, bytes, object: 0 }]),
    never,
  )
  const facts = { dataset, partitions: 1, createdAt: 1_000, startedAt: 1_001 }
  const job: Job = { jobId, clientToken, spec, ...facts, ...left }
  await createJob(system.ledger, job, never)
  const part = {
    ...{ jobId, partitions: 1, batch: 0, rows, failures: [], inputHash: 'a'.repeat(64) },
    ...{ predictions: Buffer.from('0.4\n0.6'), attempt: 1, invocations: 1, throttles: 0 },
    ...{ durationMs: 40, recordedAt: 1_500 },
    ...answers,
  }
  await putPart(system.ledger, part, documents, never)
  await createProgressMarker(system.ledger).mark(job, 0, 0, never)
  await storage.close()
  return job
}

/** Somebody who looks at a run and hears what is noted. */
export function createHooks(): RunHooks & { readonly notes: string[] } {
  const notes: string[] = []
  const note = (text: string): void => void notes.push(text)
  return { show: () => {}, note, warn: note, notes, stop: never, abort: never }
}
