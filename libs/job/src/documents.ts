import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Batch } from './batch.ts'
import { describeIssues } from './contract-error.ts'
import type { DatasetPin, Job, PinnedDataset } from './job.ts'
import { limits } from './limits.ts'
import { decodePlanSegment, PlanError, planSegmentName } from './plan.ts'

/** Where the documents of one job lie: its pinned dataset, its plan, parts too large for an item. Storage is given to it. */
export interface Documents {
  read(name: string, bytesMax: number, signal: AbortSignal): Promise<Buffer | undefined>
  write(name: string, bytes: Uint8Array, signal: AbortSignal): Promise<unknown>
}

/** A dataset of 100,000 objects with long names. */
const DATASET_BYTES_MAX = 64 * 1024 * 1024
const SEGMENT_BYTES_MAX = 64 * 1024

const pinned = { uri: z.string(), bytes: z.int().min(0), version: z.string() }
const pinnedDatasetSchema = z.strictObject({
  objects: z
    .array(z.strictObject({ ...pinned, source: z.strictObject(pinned).exactOptional() }))
    .min(1),
  header: z.boolean(),
  columns: z.array(z.string()).optional(),
  width: z.int().min(1),
})

/** The document's name holds its digest, so two producers that pin at once write two documents. */
const datasetName = (digest: string): string => `dataset-${digest}.json`

/**
 * Writes what was pinned; the ledger then decides which pin holds.
 *
 * @throws {PlanError} when the names of its objects are more than anybody reads.
 */
export async function writePinnedDataset(
  documents: Documents,
  dataset: PinnedDataset,
  signal: AbortSignal,
): Promise<DatasetPin> {
  const bytes = Buffer.from(JSON.stringify(dataset))
  if (bytes.length > DATASET_BYTES_MAX) {
    throw new PlanError(
      `the dataset: ${dataset.objects.length} objects take ${bytes.length} bytes to name, ` +
        `wanted ${DATASET_BYTES_MAX} at most: choose shorter keys, or divide it among several jobs`,
    )
  }
  const digest = createHash('sha256').update(bytes).digest('hex')
  await documents.write(datasetName(digest), bytes, signal)
  return {
    digest,
    objects: dataset.objects.length,
    bytes: dataset.objects.reduce((sum, object) => sum + object.bytes, 0),
  }
}

/**
 * Reads the dataset that a job is pinned to.
 *
 * @throws {PlanError} when it is missing or is not what its digest says.
 */
export async function readPinnedDataset(
  documents: Documents,
  pin: DatasetPin,
  signal: AbortSignal,
): Promise<PinnedDataset> {
  const name = datasetName(pin.digest)
  const bytes = await documents.read(name, DATASET_BYTES_MAX, signal)
  if (bytes === undefined) throw new PlanError(`${name}: is missing`)
  if (createHash('sha256').update(bytes).digest('hex') !== pin.digest) {
    throw new PlanError(`${name}: its bytes are not those of its digest`)
  }
  const parsed = pinnedDatasetSchema.safeParse(JSON.parse(bytes.toString('utf8')), {
    reportInput: true,
  })
  if (!parsed.success) throw new PlanError(`${name}: ${describeIssues(parsed.error)}`)
  const { columns, ...dataset } = parsed.data
  return columns === undefined ? dataset : { ...dataset, columns }
}

/**
 * Reads one segment of a job's plan.
 *
 * @throws {PlanError} when it is missing or cut.
 */
export async function readPlanSegment(
  documents: Pick<Documents, 'read'>,
  segment: number,
  signal: AbortSignal,
): Promise<readonly Batch[]> {
  const batches = await findPlanSegment(documents, segment, signal)
  if (batches === undefined) throw new PlanError(`${planSegmentName(segment)}: is missing`)
  return batches
}

/**
 * Like `readPlanSegment`; nothing when there is no such segment, or not yet.
 *
 * @throws {PlanError} when it is cut.
 */
export async function findPlanSegment(
  documents: Pick<Documents, 'read'>,
  segment: number,
  signal: AbortSignal,
): Promise<readonly Batch[] | undefined> {
  const bytes = await documents.read(planSegmentName(segment), SEGMENT_BYTES_MAX, signal)
  return bytes === undefined ? undefined : decodePlanSegment(segment, bytes)
}

/**
 * Every batch of a job whose plan is whole, in order.
 *
 * @throws {PlanError} when the segments hold another number of batches than the job.
 */
export async function* readPlan(
  documents: Documents,
  job: Job,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  for await (const batches of readPlanSegments(documents, job, signal)) yield* batches
}

/** The same, the batches of a segment at once. */
export async function* readPlanSegments(
  documents: Documents,
  job: Job,
  signal: AbortSignal,
): AsyncGenerator<readonly Batch[]> {
  const wanted = job.plan?.batches ?? 0
  let found = 0
  for (let segment = 0; segment * limits.planSegmentBatches < wanted; segment += 1) {
    const batches = await readPlanSegment(documents, segment, signal)
    found += batches.length
    yield batches
  }
  if (found !== wanted) throw new PlanError(`plan: holds ${found} batches, the job has ${wanted}`)
}
