import { type Job, type ResultManifest, resultManifestSchema, resultNames } from '@millrace/job'
import type { Storage } from '@millrace/storage'

export type JobCost = NonNullable<ResultManifest['cost']>

const billSchema = resultManifestSchema.pick({ cost: true })
const ownerSchema = resultManifestSchema.pick({ jobId: true })

/** The dataset of a manifest may have 100,000 objects. */
const MANIFEST_BYTES_MAX = 128 * 1024 * 1024

/**
 * The bill of a job, from the manifest beside its result. Nothing before there is one, nothing where another job, such as
 * a retry, has put its own there since, and nothing when it cannot be read: what a job is does not depend on who may read
 * its result.
 */
export async function readCost(
  { jobId, state, spec }: Pick<Job, 'jobId' | 'state' | 'spec'>,
  storage: Pick<Storage, 'readDocument'>,
  signal: AbortSignal,
): Promise<JobCost | undefined> {
  if (!state.startsWith('succeeded')) return undefined
  const uri = resultNames(spec.output).manifest
  try {
    const bytes = await storage.readDocument(uri, MANIFEST_BYTES_MAX, signal)
    if (bytes === undefined) return undefined
    const manifest: unknown = JSON.parse(bytes.toString())
    return ownerSchema.parse(manifest).jobId === jobId ? costIn(manifest) : undefined
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}

/** The bill in a manifest. */
export function costIn(manifest: unknown): JobCost | undefined {
  const parsed = billSchema.safeParse(manifest)
  return parsed.success ? parsed.data.cost : undefined
}
