import { regionOf } from './region.ts'
import type { System } from './system.ts'
import type { SystemOptions } from './which-system.ts'

/**
 * The region of the buckets of a system's jobs: of a stack its own; of this machine, whose embedded services have a
 * made-up one, that of the command. Where none is told, nothing of S3 is read, or it says that itself.
 */
export async function s3RegionOf(
  { kind, region }: Pick<System, 'kind' | 'region'>,
  { region: typed }: Pick<SystemOptions, 'region'>,
): Promise<string> {
  if (kind === 'deployed') return region
  return await regionOf(typed === undefined ? {} : { region: typed }).catch(() => region)
}
