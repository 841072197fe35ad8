import { isWanted, type Job, layersOf, lengthOf, readPlan } from '@millrace/job'
import { readFailures, readJob, readLayeredProgress } from '@millrace/ledger'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { counted } from '../show/counted.ts'
import { type JobReader, PARTS_AHEAD } from '../reader/job-reader.ts'

/** What there is to retry of a job. */
export interface Failed {
  /** Failed rows by their reason. */
  readonly byReason: ReadonlyMap<string, number>
  /** Rows that were never scored; unknown when the plan was never whole. */
  readonly notScored: number | undefined
  /** Of the dataset; unknown when the plan was never whole. */
  readonly rows: number | undefined
}

/** Counts the rows of a job that have no prediction. */
export async function countFailed(
  { system: { ledger }, documentsOf }: Pick<JobReader, 'system' | 'documentsOf'>,
  job: Job,
  signal: AbortSignal,
): Promise<Failed> {
  const byReason = new Map<string, number>()
  for await (const { code } of readFailures(ledger, job, documentsOf, signal, PARTS_AHEAD)) {
    byReason.set(code, (byReason.get(code) ?? 0) + 1)
  }
  for (const jobId of layersOf(job)) {
    const layer = await readJob(ledger, jobId, signal)
    if (layer?.plan === undefined) continue
    const { rows, batches } = layer.plan
    const { done } = await readLayeredProgress(ledger, layersOf(job), signal)
    if (done.size === batches) return { byReason, notScored: 0, rows }
    let notScored = 0
    for await (const batch of readPlan(documentsOf(jobId), layer, signal)) {
      if (!done.has(batch.batch)) notScored += lengthOf(batch.rows)
    }
    return { byReason, notScored, rows }
  }
  return { byReason, notScored: undefined, rows: undefined }
}

/**
 * How many rows a retry for these reasons invokes again; unknown when the plan was never whole.
 *
 * @throws {CliError} when there are none; it names the reasons that there are.
 */
export function rowsToRetry(
  { jobId }: Job,
  { byReason, notScored }: Failed,
  reasons: readonly string[] | undefined,
): number | undefined {
  const wanted = [...byReason].filter(([code]) =>
    isWanted(reasons === undefined ? {} : { reasons }, code),
  )
  const failed = wanted.reduce((sum, [, rows]) => sum + rows, 0)
  if (notScored === undefined) return undefined
  if (failed + notScored > 0) return failed + notScored
  const found = reasonsText(byReason)
  const message =
    found === ''
      ? `${jobId}: has no failed row`
      : `${jobId}: has no row that failed for ${(reasons ?? []).join(' or ')}; it has ${found}`
  throw new CliError(message, { exitCode: EXIT.failed })
}

const count = new Intl.NumberFormat('en-US')

/** `retrying 2 of 6 rows of j-4f2a (row_width 2)`. */
export function retryingText(
  { jobId }: Pick<Job, 'jobId'>,
  { byReason, notScored = 0, rows = 0 }: Failed,
  retried: number,
): string {
  const neverScored = notScored > 0 ? `${counted(notScored, 'row')} not scored` : ''
  const found = [reasonsText(byReason), neverScored].filter((text) => text !== '').join(', ')
  return `retrying ${count.format(retried)} of ${counted(rows, 'row')} of ${jobId} (${found})`
}

/** `rows_rejected 12, row_width 3`: the most frequent first. */
const reasonsText = (byReason: Failed['byReason']): string =>
  [...byReason]
    .toSorted(([, a], [, b]) => b - a)
    .map(([code, rows]) => `${code} ${count.format(rows)}`)
    .join(', ')
