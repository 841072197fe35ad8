import {
  type Batch,
  type Documents,
  findPlanSegment,
  type Job,
  limits,
  PlanError,
  planSegmentOf,
  readPlanSegment,
} from '@millrace/job'

type Reading = Pick<Documents, 'read'>

/**
 * One batch of a plan that holds it.
 *
 * @throws {PlanError} when it does not, or its segment is missing.
 */
export async function plannedBatch(
  documents: Reading,
  batch: number,
  signal: AbortSignal,
): Promise<Batch> {
  const found = (await readPlanSegment(documents, planSegmentOf(batch), signal))[
    batch % limits.planSegmentBatches
  ]
  if (found === undefined) throw new PlanError(`plan: has no batch ${batch}`)
  return found
}

/**
 * The batch that a row lies in; nothing while it is not planned, or when the dataset has no such row.
 *
 * A batch has at most `batching.rows` rows, so the row lies in batch `row / batching.rows` or after
 * it, and exactly there when no batch was cut short by its bytes. From there the step doubles until
 * it is too far, and then halves.
 */
export async function batchOfRow(
  documents: Reading,
  job: Pick<Job, 'spec' | 'plan'>,
  row: number,
  signal: AbortSignal,
): Promise<Batch | undefined> {
  if (job.plan !== undefined && row >= job.plan.rows) return undefined
  const batchesMax = job.plan?.batches ?? Infinity
  let low = planSegmentOf(Math.floor(row / job.spec.batching.rows))
  let high = Math.ceil(batchesMax / limits.planSegmentBatches)
  let step = 1
  for (let segment = low; low < high; ) {
    const batches = await findPlanSegment(documents, segment, signal)
    const [first, last] = [batches?.at(0), batches?.at(-1)]
    if (first === undefined || last === undefined || row < first.rows.start) high = segment
    else if (row < last.rows.end) return within(batches ?? [], row)
    else low = segment + 1
    segment = Number.isFinite(high) ? Math.floor((low + high) / 2) : low + step - 1
    step *= 2
  }
  return undefined
}

function within(batches: readonly Batch[], row: number): Batch | undefined {
  return batches.find(({ rows }) => rows.start <= row && row < rows.end)
}
