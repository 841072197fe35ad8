import { type Job, resultNames } from '@millrace/job'
import type { Storage } from '@millrace/storage'
import { z } from 'zod'
import { openStorage } from '../dataset/open-storage.ts'
import type { World } from '../world.ts'

/** What is shown of a bill; a manifest of an earlier version has none. */
const vouchedSchema = z.looseObject({
  cost: z
    .looseObject({
      usage: z.looseObject({
        invocations: z.number(),
        endpointSeconds: z.number(),
        sqsRequests: z.number(),
        writeUnits: z.number(),
        readUnits: z.number(),
        s3Reads: z.number(),
      }),
      bill: z.looseObject({
        total: z.number(),
        perMillionRows: z.number(),
        region: z.string(),
      }),
    })
    .optional(),
})

export type JobCost = NonNullable<z.output<typeof vouchedSchema>['cost']>

/** The dataset of a manifest may have 100,000 objects. */
const MANIFEST_BYTES_MAX = 128 * 1024 * 1024

/**
 * The bill of a job, from the manifest beside its result. Nothing before there is one, and nothing when
 * it cannot be read: what a job is does not depend on who may read its result.
 */
export async function readCost(
  { state, spec }: Pick<Job, 'state' | 'spec'>,
  from: { readonly region?: string },
  world: World,
): Promise<JobCost | undefined> {
  if (!state.startsWith('succeeded')) return undefined
  const uri = resultNames(spec.output).manifest
  try {
    await using storage: Pick<Storage, 'readDocument'> & AsyncDisposable = await openStorage(uri, {
      ...from,
      env: world.env,
    })
    const bytes = await storage.readDocument(uri, MANIFEST_BYTES_MAX, world.stop)
    return bytes === undefined ? undefined : costIn(JSON.parse(bytes.toString()))
  } catch {
    world.stop.throwIfAborted()
    return undefined
  }
}

/** The bill in a manifest. */
export function costIn(manifest: unknown): JobCost | undefined {
  const parsed = vouchedSchema.safeParse(manifest)
  return parsed.success ? parsed.data.cost : undefined
}
