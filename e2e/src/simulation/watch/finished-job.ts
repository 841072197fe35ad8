import { readJob } from '@millrace/ledger'
import { BUCKET } from '../cloud.ts'
import { answerTo, batchesOf } from '../dataset.ts'
import type { EndpointModel } from '../endpoint.ts'
import type { KnownJob } from '../known-job.ts'
import type { Notes } from '../notes.ts'
import { explainsFailure } from './explains-failure.ts'
import { checkFailure, exceedsTolerance } from './finished-run.ts'
import { checkRefused } from './refused-retry.ts'
import type { Rules } from './rules.ts'
import type { Truth } from './truth.ts'

const never = new AbortController().signal

/**
 * Holds a job to how it has ended, when the run is over.
 *
 * @param seen what the callers of the endpoint have seen, by the inference id of the batch.
 */
export async function checkFinished(
  truth: Truth,
  rules: Rules,
  notes: Notes,
  job: KnownJob,
  seen: EndpointModel['seen'],
): Promise<void> {
  const { check } = rules
  const meta = await readJob(truth.ledger, job.jobId, never)
  if (meta === undefined && job.below !== undefined) {
    return await checkRefused(truth, rules, job, job.below)
  }
  const failed = await truth.failedRowsOf(job)
  if (meta?.state === 'failed' && meta.failure !== undefined) {
    checkFailure(notes, job, meta.failure, failed.size)
  }
  if (meta?.state !== 'succeeded' && meta?.state !== 'succeeded_with_failures') return
  check('tolerance', !exceedsTolerance(job.plan, failed.size), `${failed.size} failed rows`)
  const wanted = failed.size === 0 ? 'succeeded' : 'succeeded_with_failures'
  check('accounting', meta.state === wanted, `${meta.state} with ${failed.size} failed rows`)
  const { token } = job.plan
  const { store } = truth.cloud
  for (const name of [`${token}.csv`, `${token}.manifest.json`]) {
    const there = store.object(`${BUCKET}/results/${name}`) !== undefined
    check('a job that succeeded has its result', there, name)
  }
  await checkMended(truth, rules, job)
  await checkHealthyRows(truth, rules, job, failed, seen)
}

/** A row that a retry is about was invoked by it: the batch has a part of its own. */
async function checkMended(truth: Truth, { check }: Rules, job: KnownJob): Promise<void> {
  const { below, reasons } = job
  if (below === undefined) return
  for (const batch of batchesOf(job.plan).keys()) {
    const failures = (await truth.partOf(below, batch))?.failures ?? []
    if (!failures.some(({ code }) => reasons?.includes(code) ?? true)) continue
    const isOwn = (await truth.partOf(job, batch))?.jobId === job.jobId
    check('a retry mends what failed', isOwn, `batch ${batch} of ${job.token}`)
  }
}

/** A row that the model takes fails only for faults of the endpoint that outlasted every repetition. */
async function checkHealthyRows(
  truth: Truth,
  { check }: Rules,
  job: KnownJob,
  failed: ReadonlySet<number>,
  seen: EndpointModel['seen'],
): Promise<void> {
  const rows = (await truth.pinnedRows(job)) ?? []
  const batches = batchesOf(job.plan)
  for (const row of failed) {
    const text = rows[row] ?? ''
    if (answerTo(text).kind !== 'predicted') continue
    const batch = batches.findIndex(({ start, end }) => start <= row && row < end)
    const why = (await truth.partOf(job, batch))?.failures.find((failure) => failure.row === row)
    const explained = await isExplained(truth, job, batch, { row, text, code: why?.code }, seen)
    check('healthy rows do not fail', explained, `row ${row} of batch ${batch}: ${why?.code}`)
  }
}

/** A retry keeps failures of the jobs that it stands on: one of them has found the row at fault. */
async function isExplained(
  truth: Truth,
  job: KnownJob,
  batch: number,
  failure: { readonly row: number; readonly text: string; readonly code: string | undefined },
  seen: EndpointModel['seen'],
): Promise<boolean> {
  for (let layer: KnownJob | undefined = job; layer !== undefined; layer = layer.below) {
    const part = await truth.partOf(layer, batch)
    const isOwn = part?.jobId === layer.jobId
    if (!isOwn || part.failures.find(({ row }) => row === failure.row)?.code !== failure.code) {
      continue
    }
    const sightings = seen.get(`${layer.jobId}-${batch}`) ?? []
    if (explainsFailure(sightings, failure.text, failure.code, part.attempt)) return true
  }
  return false
}
